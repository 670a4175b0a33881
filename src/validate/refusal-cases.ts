import type { NativeFault } from "../native/binding.ts";
import type { Stage } from "./stage.ts";

/** The numbers of baton_status. */
const queueFull = 6;
const closing = 7;
const noMemory = 17;
const storeFailed = 18;

/** How long a plugin has to try again; milliseconds. */
const tryAgainMs = 200;

/** So many calls of start are made to fail, one after the other. */
const startCalls = 12;

const submits = ["submit_job", "submit_jobs", "submit_job_async", "answer_job"];

/** Every submit fails, and then only the first: the job is to be freed, or submitted again. */
export async function refusedSubmits(stage: Stage): Promise<void> {
  for (const status of [queueFull, storeFailed, closing]) {
    await tryWith(
      stage,
      submits.map((call) => failing(call, status, -1)),
    );
    await tryWith(
      stage,
      submits.map((call) => failing(call, status, 1)),
    );
  }
}

/** Every create fails, and then only the first: the payload is to be freed by who made it. */
export async function refusedCreates(stage: Stage): Promise<void> {
  await tryWith(stage, [failing("create_job", noMemory, -1)]);
  await tryWith(stage, [failing("create_job", noMemory, 1)]);
}

/** Each of the first calls fails once, as when memory runs out: start refuses, or goes on. */
export async function failingStart(stage: Stage): Promise<void> {
  for (let skip = 0; skip < startCalls; skip++) {
    stage.check({ faults: [{ call: "*", status: noMemory, skip, times: 1 }] });
    const host = await stage.tryOpen();
    if (host === null) continue;
    stage.check({});
    await stage.close(host);
  }
}

async function tryWith(stage: Stage, faults: readonly NativeFault[]): Promise<void> {
  stage.check({ faults });
  const host = await stage.tryOpen();
  if (host === null) return;
  await stage.send(host);
  await stage.wait(tryAgainMs);
  await stage.settle(host, 1_000);
  await stage.close(host);
}

const failing = (call: string, status: number, times: number): NativeFault => ({
  call,
  status,
  skip: 0,
  times,
});
