import { join } from "node:path";
import {
  definePlugin,
  Job,
  JobEngineError,
  openHost,
  StepResult,
  type EngineEvent,
  type Host,
  type HttpOptions,
  type JobRun,
  type JsonObject,
} from "../../../src/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Ends as it is told: at once, never, badly, or later. */
class Work extends Job {
  readonly type = "lab.work";
  readonly #end: string;

  constructor(end: string) {
    super();
    this.#end = end;
  }

  async step(run: JobRun): Promise<StepResult> {
    run.log("info", `it ends as ${this.#end}`);
    switch (this.#end) {
      case "waits":
        await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
        return StepResult.continue;
      case "fails":
        return StepResult.failure("LAB_BROKE", "as it was told");
      case "retries":
        return StepResult.retry(60_000);
      default:
        await run.putOutput("report.csv", "text/csv", "a,b,c");
        return StepResult.success;
    }
  }

  override getContent(): { end: string } {
    return { end: this.#end };
  }

  override getSerialized(): string {
    return this.#end;
  }
}

const made = ({ end }: JsonObject): Work => new Work(typeof end === "string" ? end : "succeeds");

/** Routes of every kind that answer correctly whatever they are sent. */
const lab = definePlugin({
  name: "lab",
  version: "1.0.0",
  start(host) {
    host.registerJob("lab.work", (state) => new Work(state as string), { create: made });
    host.registerRoute("POST", "/lab/work", async ({ body }) => {
      const end = JSON.parse(JSON.stringify(new TextDecoder().decode(body))) as string;
      const id = await host.submit(new Work(end), { userData: parsed(body), noWait: true });
      return { body: { id } };
    });
    host.registerRoute("GET", "/lab/echo/{name}", ({ params, query, headers }) => ({
      headers: { "x-name": encodeURIComponent(params["name"] ?? "") },
      body: { params: { ...params }, query: [...query], headers: Object.keys(headers) },
    }));
    host.registerRoute("GET", "/lab/files/{rest*}", ({ params }) => {
      throw new JobEngineError("NOT_FOUND", params["rest"] ?? "");
    });
    host.registerRoute("PUT", "/lab/echo/{name}", ({ body }) => ({ body }));
  },
});

function parsed(body: Uint8Array): string | null {
  const text = new TextDecoder().decode(body);
  return text.length > 1_000 ? null : text;
}

export interface FuzzedHost extends AsyncDisposable {
  readonly host: Host;
  readonly url: string;
  /** Where its database is. */
  readonly folder: string;
  /** What the host has logged as a fault of its own, or of the plugin. */
  readonly faults: readonly string[];
  /** Submits one job of every kind if there are few, so that there is something to act on. */
  seed(): Promise<void>;
}

export async function openFuzzedHost(http: HttpOptions = {}): Promise<FuzzedHost> {
  const folder = await temporaryFolder();
  const faults: string[] = [];
  const observer = (event: EngineEvent): void => {
    if (event.kind === "logged" && event.level === "error") faults.push(event.text);
  };
  const host = await openHost({
    observer,
    plugins: [lab],
    store: { kind: "sqlite", path: join(folder.path, "baton.db"), durability: "process" },
    http: { port: 0, limits: { headTimeoutMs: 100, requestTimeoutMs: 200 }, ...http },
    failedHistorySize: 50,
    limitJobs: 200,
    drainTimeoutMs: 1_000,
  });
  return {
    host,
    url: String(host.url),
    folder: folder.path,
    faults,
    async seed() {
      if (host.jobIds().length > 20) return;
      for (const end of ["succeeds", "fails", "retries", "waits"]) {
        await host.submit(new Work(end), { noWait: true, key: end }).catch(ignoreFull);
      }
    },
    async [Symbol.asyncDispose]() {
      await host.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function ignoreFull(error: unknown): void {
  if (!(error instanceof JobEngineError) || error.code !== "QUEUE_FULL") throw error;
}
