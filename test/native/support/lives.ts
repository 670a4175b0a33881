// Lives of a process that owns a native core, by name: each ends in its own way while a step runs.
import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { binding, Host, refuseCall } from "./host.ts";

interface Life {
  readonly name: string;
  readonly library: string;
}

const { name, library } = isMainThread
  ? { name: process.argv[2] ?? "", library: process.argv[3] ?? "" }
  : (workerData as Life);

/** A host with a step that runs: `h` ends when the run is told to, `x` never does. */
async function busyHost(letter: "h" | "x"): Promise<Host> {
  const host = new Host().start(library);
  await host.hold(letter);
  return host;
}

/** What JavaScript does at `process.exit`, where no hook of the environment runs. */
function closeAtExit(host: Host): void {
  process.on("exit", () => {
    host.core.beginClose();
    const isDone = host.core.finishClose(200);
    host.checkCounts();
    host.core.destroy();
    console.log(isDone ? "done" : "left alone");
  });
}

async function liveInMain(): Promise<void> {
  switch (name) {
    case "ends while a step holds":
      await busyHost("h");
      return;
    case "ends while a step never returns":
      await busyHost("x");
      return;
    case "exits in a step that holds":
      closeAtExit(await busyHost("h"));
      return process.exit(7);
    case "exits in a step that never returns":
      closeAtExit(await busyHost("x"));
      return process.exit(7);
    case "exits without closing":
      await busyHost("x");
      return process.exit(3);
    case "dies of an uncaught error":
      closeAtExit(await busyHost("x"));
      throw new Error("uncaught");
    case "lets go in a step": {
      const host = await busyHost("x");
      host.core.destroy();
      host.core.destroy();
      assert.throws(() => host.core.drain(true), { code: "CLOSING" });
      return;
    }
    case "is woken by a function that throws": {
      const alive = setInterval(() => {}, 1000);
      process.once("uncaughtException", (error) => {
        clearInterval(alive);
        console.log(`caught ${String(error)}`);
      });
      const core = binding().createCore({
        slots: 1,
        durable: false,
        history: 10,
        limitJobs: 0,
        stepGraceMs: 5_000,
        config: "{}",
        ownCodes: [],
        call: refuseCall,
        wake: () => {
          throw null;
        },
      });
      core.load(library);
      core.startLibrary("probe");
      return;
    }
    case "has workers that are terminated at any moment":
      for (let i = 0; i < 12; i++) await outlive(i);
      return;
    default:
      return liveWithWorker();
  }
}

async function liveWithWorker(): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { name, library } });
  const exited = once(worker, "exit");
  if (name.includes("is terminated")) {
    await once(worker, "message");
    await worker.terminate();
  }
  console.log(`worker ${String((await exited)[0])}`);
}

/** A worker that calls its native core without end, terminated after so many milliseconds. */
async function outlive(afterMs: number): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { name, library } });
  await once(worker, "message");
  await setTimeout(afterMs);
  await worker.terminate();
}

async function callWithoutEnd(): Promise<never> {
  const host = new Host().start(library);
  parentPort?.postMessage("busy", []);
  for (;;) {
    const row = await host.hold("h");
    host.core.request(row.id, "cancel");
    await host.next("ended", row.id);
    host.apply({ forget: [row.id] });
  }
}

async function liveInWorker(): Promise<void> {
  if (name.includes("at any moment")) await callWithoutEnd();
  await busyHost(name.includes("never returns") ? "x" : "h");
  parentPort?.postMessage("busy", []);
  if (name.includes("exits")) process.exit(0);
  if (name.includes("is terminated")) setInterval(() => {}, 1000);
}

await (isMainThread ? liveInMain() : liveInWorker());
