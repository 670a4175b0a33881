import { findBinding } from "../native/binding.ts";
import type { Host, JobInfo } from "../index.ts";
import { Random } from "./random.ts";
import { attempt, isOver, stopWithinMs, type Stage } from "./stage.ts";

/** The number of baton_status: nobody calls the neighbour's engine. */
const unsupported = 15;

/** How long a job is given to come to its first step; milliseconds. */
const beginWithinMs = 1_000;

/** Everything as it should be: whatever breaks does so by itself. */
export async function runJobs(stage: Stage): Promise<void> {
  stage.check({ getters: true });
  const host = await stage.open();
  await stage.send(host, true);
  await stage.settle(host);
  await stage.close(host);
}

/** Every wrong use of the plugin's handles, beside a second instance. */
export async function ownership(stage: Stage): Promise<void> {
  stage.check({ ownership: true });
  const host = await stage.open();
  const neighbour = findBinding()?.createCore({
    slots: 1,
    durable: false,
    history: 10,
    limitJobs: 0,
    stepGraceMs: 5_000,
    config: "{}",
    ownCodes: [],
    wake: () => undefined,
    call: () => ({ status: unsupported, info: null }),
  });
  neighbour?.addInstance("neighbour");
  await stage.send(host);
  await stage.settle(host);
  await stage.close(host);
  neighbour?.destroy();
}

export async function cancelAndResubmit(stage: Stage): Promise<void> {
  stage.check({});
  const host = await stage.open();
  await stage.send(host);
  await whenRunning(stage, host);
  await stage.cancelAll(host);
  stage.phase("resubmit");
  await Promise.all(host.jobs().map(({ id }) => attempt(host.resubmitJob(id))));
  await stage.settle(host);
  await stage.close(host);
}

export async function pauseAndResume(stage: Stage): Promise<void> {
  stage.check({});
  const host = await stage.open();
  await stage.send(host);
  await whenRunning(stage, host);
  stage.phase("pause");
  await Promise.all(host.jobs().map(({ id }) => attempt(host.pauseJob(id))));
  const going = (): readonly JobInfo[] => host.jobs().filter((job) => job.state === "running");
  if (!(await stage.until(() => going().length === 0, stopWithinMs))) {
    for (const { type } of going()) {
      stage.found(
        "NEVER_STOPS",
        `a job of the type "${type}" was paused and went on for ${stopWithinMs} ms`,
      );
    }
  }
  stage.phase("resume");
  await Promise.all(host.jobs().map(({ id }) => attempt(host.resumeJob(id))));
  await stage.settle(host);
  await stage.close(host);
}

/** Each saved state, from the first to the last, is revived beside the job, and compared with it. */
export async function roundTrip(stage: Stage): Promise<void> {
  stage.check({ roundTrip: true });
  const host = await stage.open();
  await stage.send(host);
  await whenRunning(stage, host);
  // The getters run after stop: in the middle of a job, too.
  await Promise.all(host.jobs().map(({ id }) => attempt(host.pauseJob(id))));
  await stage.until(() => host.jobs().every((job) => job.state !== "running"), stopWithinMs);
  await Promise.all(host.jobs().map(({ id }) => attempt(host.resumeJob(id))));
  await stage.settle(host);
  const { saved } = stage.checker.counts();
  await stage.close(host);
  if (saved === 0) stage.notRun("no job was made that can be saved");
}

/** Closes early, later, and later still. */
export async function closeWhileRunning(stage: Stage): Promise<void> {
  stage.check({});
  for (const afterMs of [0, 20, 100]) {
    const host = await stage.open();
    await stage.send(host);
    await stage.wait(afterMs);
    await stage.close(host);
  }
}

type Action = (host: Host, id: string, random: Random) => Promise<unknown>;

const actions: readonly Action[] = [
  (host, id) => host.cancelJob(id),
  (host, id) => host.pauseJob(id),
  (host, id) => host.resumeJob(id),
  (host, id) => host.resumeJob(id),
  (host, id) => host.resubmitJob(id),
  (host, id) => host.resubmitJob(id),
  (host, id) => host.deleteJob(id),
  (host, id, random) => host.setPriority(id, random.below(9) - 4),
];

/** Rounds of random actions at random moments, each closed in the middle. */
export async function randomActions(stage: Stage): Promise<void> {
  const random = new Random(stage.spec.seed);
  stage.check({});
  for (let round = 0; round < 3; round++) {
    const host = await stage.open();
    await stage.send(host);
    const end = performance.now() + 300 + random.below(700);
    stage.phase("random actions");
    while (performance.now() < end) {
      if (random.below(20) === 0) await stage.send(host);
      const jobs = host.jobs();
      if (jobs.length > 0) await attempt(random.pick(actions)(host, random.pick(jobs).id, random));
      await stage.wait(random.below(15));
    }
    await stage.close(host);
  }
}

async function whenRunning(stage: Stage, host: Host): Promise<void> {
  stage.phase("the first steps");
  const begun = (): boolean => host.jobs().some((job) => job.state === "running");
  await stage.until(() => begun() || host.jobs().every(isOver), beginWithinMs);
}
