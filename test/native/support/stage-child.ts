// A process, or a worker of one, that ends while a native job is held at one stage of its life.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { openHost, type Host } from "../../../src/index.ts";
import { Events } from "../../e2e/support/events.ts";
import { FaultyStores } from "./host-faults.ts";

const words = isMainThread ? process.argv.slice(2) : (workerData as readonly string[]);
const [stage = "", ending = "", library = "", path = ""] = words;

const events = new Events();

function open(hold: string): Promise<Host> {
  return openHost({
    store: { kind: "sqlite", path, durability: "process" },
    plugins: [library],
    pluginSettings: { stages: { hold } },
    concurrentJobs: 1,
    http: { port: 0 },
    observer: events.observer,
  });
}

/** Asks for a job, and leaves the answer alone: at some stages there is none. */
function go(host: Host): void {
  fetch(`${host.url}/stages/go`, { method: "POST" }).then(
    (answer) => answer.text(),
    () => "the process ends before it is answered",
  );
}

async function reachStage(): Promise<void> {
  if (stage === "revive") {
    const before = await open("");
    go(before);
    await events.first((event) => event.kind === "changed" && event.job.state === "running");
    await before.close();
  }
  const stores = stage === "store" ? new FaultyStores(`${path}.faults`) : null;
  const host = await open(stage === "pending" ? "step" : stage);
  // The commit that follows waits for what nobody writes.
  writeFileSync(`${path}.log`, "");
  stores?.plan({ kind: "wait", until: ["never"], log: `${path}.log` });
  if (stage !== "revive") go(host);
  await events.first((event) => event.kind === "logged" && event.text === "held");
  if (stage === "pending") {
    go(host);
    await events.first((event) => event.kind === "submitted" && event.job.state === "pending");
  }
  await stores?.met;
}

if (isMainThread && ending === "terminate") {
  const worker = new Worker(new URL(import.meta.url), { workerData: words });
  const [said] = (await once(worker, "message")) as [string];
  console.log(said, await worker.terminate());
} else {
  await reachStage();
  if (isMainThread) {
    console.log("reached");
    process.exit(5);
  }
  parentPort?.postMessage("reached", []);
  setInterval(() => {}, 1000);
}
