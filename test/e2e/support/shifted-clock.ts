/**
 * A host whose clock is set while it works; tells in one line what took how long. Its arguments: the
 * database, and by how many milliseconds the clock jumps.
 */
import { openHost, StepResult, type JobDescriptor, type JobHost } from "../../../src/index.ts";

const [, , path = "", jump = "0"] = process.argv;

/** The delay of a retry, the time-out of a wait, and how long closing waits for steps. */
const ms = 300;

const real = Date.now;
let shift = 0;
Date.now = () => real() + shift;

const host = await openHost({
  store: { kind: "sqlite", path, durability: "process" },
  drainTimeoutMs: ms,
});

const job = (step: JobDescriptor["step"]): ReturnType<JobHost["createJob"]> =>
  host.createJob({ type: "shifted", payload: {}, step, getSerialized: () => "{}" });

/** How long it takes from the jump to the end. */
async function afterJump(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  shift += Number(jump);
  await work();
  return Math.round(performance.now() - began);
}

const retried = await retry();
const deaf = await host.submitJob(job(() => new Promise(() => undefined)));
const waited = await timeOut();
const closed = await afterJump(() => host.close());
process.stdout.write(`${JSON.stringify({ retried, waited, closed })}\n`);
process.exit();

async function retry(): Promise<number> {
  let steps = 0;
  const asked = Promise.withResolvers<void>();
  const end = host.submitJobAndWait(
    job(() => {
      steps += 1;
      return steps === 1 ? StepResult.retry(ms) : StepResult.success;
    }),
  );
  using _ = host.observe((event) => {
    if (event.kind === "changed" && event.job.state === "retrying") asked.resolve();
  });
  await asked.promise;
  return afterJump(() => end);
}

/** Set while it waits: what is asked for afterwards knows nothing of the jump. */
async function timeOut(): Promise<number> {
  const end = host.waitJob(deaf, { timeoutMs: ms }).catch(() => undefined);
  return afterJump(() => end);
}
