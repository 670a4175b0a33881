import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Stage } from "./stage.ts";

/** By its URL, since the compiler does not rewrite such names. */
const entry = new URL(
  `./environment${extname(new URL(import.meta.url).pathname)}`,
  import.meta.url,
);

/** Two workers load the plugin, each into a host of its own, and end one after the other. */
export async function twoEnvironments(stage: Stage): Promise<void> {
  stage.check({});
  stage.phase("two environments");
  const workers = [0, 1].map(() => new Worker(entry, { workerData: stage.spec }));
  const ends = await Promise.allSettled(workers.map((worker) => once(worker, "exit")));
  for (const end of ends) {
    if (end.status === "rejected") stage.found("START_FAILED", String(end.reason));
  }
  await stage.afterClose();
}
