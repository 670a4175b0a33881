// An environment with a host of its own: runs some jobs of the plugin it is given, says how they ended.
import { parentPort, workerData } from "node:worker_threads";
import { WorkerHost } from "./host-worker.ts";

const { file, name, jobs } = workerData as {
  readonly file: string;
  readonly name: string;
  readonly jobs: number;
};

const worker = await WorkerHost.open({ plugins: [file], concurrentJobs: 2 });
const states: string[] = [];
for (let i = 0; i < jobs; i += 1) {
  const id = await worker.submit({ name: `${name}-${i}`, steps: 3, ms: 1 });
  states.push((await worker.host.waitJob(id)).state);
}
// Checks that every payload of this environment's host was finalized.
await worker.close();
parentPort?.postMessage(states, []);
