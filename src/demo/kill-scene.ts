import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requestJob } from "./scenes.ts";
import { SecondHost } from "./second-host.ts";
import type { Stage } from "./stage.ts";
import { Watch, check, countOf } from "./watch.ts";

const steps = 8;

/** A host is killed in the middle of a job; started again, it goes on from the checkpoint. */
export async function showKill(stage: Stage): Promise<void> {
  const { screen, plugins } = stage;
  screen.headline("A second host is killed in the middle of a job (kill -9) and started again:");
  const [plugin] = plugins.ready;
  const folder = join(stage.folder, "second");
  check(plugin !== undefined, "there is no plugin to show");
  await mkdir(folder);
  const before = await openSecond(stage, folder);
  const query = `delayMs=350&steps=${steps}`;
  const id = await requestJob(`${before.host.url}${plugin.route}?${query}`);
  screen.add(id, plugin.name);
  const last = await before.watch.until(id, `at 4 of ${steps}`, (job) => countOf(job) >= 4);
  await before.host.kill();
  screen.say(`process ${before.host.pid} is dead, the job stood at ${countOf(last)} of ${steps}`);

  const after = await openSecond(stage, folder);
  screen.say(`process ${after.host.pid} has opened the same file`);
  const resumed = await after.watch.until(id, "running again", ({ state }) => state === "running");
  const from = countOf(resumed);
  check(from >= countOf(last) - 1, `it went on from ${from}, not from ${countOf(last)}`);
  screen.say(`the job goes on from its last checkpoint, ${from} of ${steps}`);
  const job = await after.watch.finished(id);
  check(job.state === "succeeded", `the job that was interrupted ended as ${job.state}`);
  check(countOf(job) === steps, `it counted to ${countOf(job)}, not ${steps}`);
  stage.shown.push({ what: "kill -9, restart", job: () => job });
  await after.host.kill();
}

async function openSecond(
  { screen, program, atEnd }: Stage,
  folder: string,
): Promise<{ host: SecondHost; watch: Watch }> {
  const watch = new Watch((job) => screen.show(job));
  const host = await SecondHost.start(program, folder, watch.hear);
  atEnd.push(() => host.kill());
  return { host, watch };
}
