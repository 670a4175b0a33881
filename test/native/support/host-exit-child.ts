/** A host that ends in the way it is told, while native steps run. Says "held" when they do. */
import { openHost, StepResult, type Plugin } from "../../../src/index.ts";
import { Events } from "../../e2e/support/events.ts";
import { watchCounts } from "./host-counts.ts";

const [way = "", library = "", kind = "", path = "", notes = ""] = process.argv.slice(2);

const go = Promise.withResolvers<void>();

async function step(): Promise<StepResult> {
  await go.promise;
  if (way === "exit") process.exit(7);
  if (way === "throw") queueMicrotask(() => fail());
  return StepResult.success;
}

/** A job whose step ends the process. */
const ender: Plugin = {
  name: "ender",
  version: "1.0.0",
  async start(host) {
    await host.submitJob(host.createJob({ type: "ender", payload: null, step }));
  },
};

function fail(): never {
  throw new Error("nobody catches this");
}

const counts = watchCounts();
const events = new Events();
const host = await openHost({
  store: path === "" ? { kind: "memory" } : { kind: "sqlite", path },
  plugins: [ender, library],
  concurrentJobs: 3,
  // What never returns is waited for as long.
  drainTimeoutMs: kind === "n" ? 200 : 10_000,
  http: { port: 0 },
  // What the plugin writes there when it is stopped is there after a process.exit, too.
  pluginSettings: { worker: { counts: notes } },
  observer: events.observer,
});
for (const name of ["one", "two"]) {
  const query = `name=${name}&kind=${kind}&ms=2500`;
  const id = await (await fetch(`${host.url}/worker/jobs?${query}`, { method: "POST" })).text();
  if (kind === "w") {
    await events.first((event) => event.kind === "changed" && event.job.id === id);
    continue;
  }
  const text = `${name} ${kind === "n" ? "hangs" : "holds"}`;
  await events.first((event) => event.kind === "logged" && event.text === text);
}
console.log("held");
go.resolve();
if (way === "close") {
  await host.close();
  console.log(JSON.stringify(counts()));
}
