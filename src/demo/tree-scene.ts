import { setTimeout as delay } from "node:timers/promises";
import { Aggregator, Task, showProgress, type Control, type Snapshot } from "../progress.ts";
import type { Stage } from "./stage.ts";
import { check } from "./watch.ts";

/** How long a unit of the parts takes, in milliseconds. */
const unitMs = 120;

/** A job that is made of parts, three quarters of it in the first, as nested bars. */
export async function showTree(stage: Stage): Promise<void> {
  const { screen, host, watch, shown, url } = stage;
  screen.headline(
    "A tree of tasks is a job, whose progress is that of its parts by their weights:",
  );
  const study = new Aggregator("study");
  study.add(new Task("images", (control) => count(control, 9)), 3);
  study.add(new Task("report", (control) => count(control, 4)), 1);
  const id = await host.submitTask(study);
  shown.push({ what: "a tree of progress", job: () => host.jobInfo(id) });
  await showProgress(study, { screen: process.stdout });
  const job = await watch.finished(id);
  check(job.state === "succeeded", `the tree of tasks ended as ${job.state}`);
  check(job.progress === 1, `the tree of tasks stands at ${job.progress}, not at 1`);
  const answer = await fetch(`${url}/jobs/${id}/progress`);
  const tree = (await answer.json()) as Snapshot;
  const parts = tree.parts.map(({ name, weight, percent }) => `${name} ${weight} x ${percent} %`);
  check(parts.length === 2, `GET /jobs/{id}/progress shows ${parts.length} parts, not 2`);
  screen.say(`GET /jobs/{id}/progress: ${parts.join(", ")}`);
}

async function count(control: Control, units: number): Promise<void> {
  for (let unit = 1; unit <= units; unit += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    await delay(unitMs, undefined, { signal: control.signal });
    control.report((100 * unit) / units);
  }
}
