import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openHost, type JobInfo, type Plugin, type StepResult } from "../../../src/index.ts";

/** Of the plugin and the job type in the text below. */
const name = "witness";

/** What a plugin was asked to do, one line each, beside the plugin. */
const witnessFile = "witness.txt";

/**
 * A plugin that writes down what happens to it and to its jobs. A job counts to one, then steps
 * until it is asked to stop; with "deaf" it does not hear, with "quick" it succeeds.
 */
export const witness = `
import { appendFileSync } from "node:fs";
const note = (text) => appendFileSync(new URL("${witnessFile}", import.meta.url), text + "\\n");
export const plugin = {
  name: "${name}",
  version: "1.0.0",
  start(host) {
    note("start");
    const create = (job) => host.createJob({
      type: "${name}",
      payload: job,
      step: async (own, { signal }) => {
        note("step " + (own.count + 1));
        host.log("info", "stepping " + (own.count + 1));
        if (own.kind === "quick") return { kind: "success" };
        if (own.count === 0) return (own.count += 1, { kind: "continue" });
        await new Promise((_resolve, reject) => {
          if (own.kind !== "deaf") signal.addEventListener("abort", () => reject(signal.reason));
        });
      },
      stop: (_own, reason) => note("stop " + reason),
      getSerialized: (own) => JSON.stringify(own),
      finalize: () => note("finalize"),
    });
    host.registerType("${name}", (_type, state) => {
      const job = JSON.parse(new TextDecoder().decode(state));
      note("revive " + job.count);
      return create(job);
    });
    host.registerRoute("POST", "/witness/{kind}", async ({ params }) =>
      ({ body: await host.submitJob(create({ kind: params.kind, count: 0 })) }));
  },
  stop() {
    note("stop");
  },
};
`;

const store = (folder: string) => ({ kind: "sqlite", path: join(folder, "baton.db") }) as const;

/** Makes a database with one job of the witness that is to run; resolves with the job. */
export async function storeJob(folder: string): Promise<JobInfo> {
  const submitted = Promise.withResolvers<string>();
  const plugin: Plugin = {
    name,
    version: "1.0.0",
    start: (own) => {
      const state = JSON.stringify({ kind: "quick", count: 0 });
      const job = own.createJob({ type: name, payload: state, step, getSerialized: String });
      submitted.resolve(own.submitJob(job));
    },
  };
  await using host = await openHost({ store: store(folder), plugins: [plugin] });
  await submitted.promise;
  await host.close();
  const [job] = await storedJobs(folder);
  if (job === undefined) throw new Error("the job was not stored");
  return job;
}

/** Until the host closes. */
const step = (): StepResult => ({ kind: "continue" });

/** What a host without any plugin finds in the folder's database. */
export async function storedJobs(folder: string): Promise<readonly JobInfo[]> {
  await using host = await openHost({ store: store(folder) });
  return host.jobs();
}

/** What the witness in the folder was asked to do. */
export async function witnessedIn(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, witnessFile), "utf8").catch(() => "");
  return text.split("\n").slice(0, -1);
}
