import { setTimeout as delay } from "node:timers/promises";
import type { JobDescriptor, JobHost, JobRun, JsonValue, StepResult } from "../../../src/sdk.ts";

type Scene = (host: JobHost) => Promise<JsonValue>;
type Step = (run: JobRun, nth: number) => StepResult | PromiseLike<StepResult>;

const success: StepResult = { kind: "success" };
const proceed: StepResult = { kind: "continue" };
const failure = (retryable: boolean): StepResult => ({
  kind: "failure",
  error: { code: "OWN_CODE", message: "own words" },
  retryable,
});

/** A job that steps so, and all that was called of it. */
function traced(
  step: Step,
  change: Partial<JobDescriptor<null>> = {},
): {
  readonly calls: string[];
  readonly descriptor: JobDescriptor<null>;
} {
  const calls: string[] = [];
  let nth = 0;
  const descriptor: JobDescriptor<null> = {
    type: "traced",
    payload: null,
    step: (_payload, run) => {
      calls.push("step");
      return step(run, (nth += 1));
    },
    stop: (_payload, reason) => void calls.push(`stop:${reason}`),
    reset: () => void calls.push("reset"),
    finalize: () => void calls.push("finalize"),
    ...change,
  };
  return { calls, descriptor };
}

/** Runs it to its end; what was called, and how it ended. */
async function played(
  host: JobHost,
  { calls, descriptor }: ReturnType<typeof traced>,
  maxAttempts = 1,
): Promise<JsonValue> {
  const options = { maxAttempts, backoff: { firstDelayMs: 0 } };
  const { state, error, attempts, lastError, progress, content, outputs } =
    await host.submitJobAndWait(host.createJob(descriptor), options);
  // A successful one is finalized after its end is told.
  if (state === "succeeded") while (!calls.includes("finalize")) await delay(1);
  return {
    calls,
    state,
    error: error && { ...error },
    attempts,
    last: lastError?.code ?? null,
    progress,
    content,
    outputs: outputs.map(({ key, mime, size }) => `${key} ${mime} ${size}`),
  };
}

/** What becomes of jobs; each must be the same wherever the plugin runs. */
export const runScenes: Readonly<Record<string, Scene>> = {
  "steps until it succeeds": (host) =>
    played(
      host,
      traced((_run, nth) => (nth === 3 ? success : proceed)),
    ),
  "fails with its own code": (host) =>
    played(
      host,
      traced(() => failure(false)),
    ),
  "is tried again": (host) =>
    played(
      host,
      traced((_run, nth) => (nth === 3 ? success : failure(true))),
      3,
    ),
  "is tried as often as it may": (host) =>
    played(
      host,
      traced(() => failure(true)),
      2,
    ),
  "asks to be stepped later": (host) =>
    played(
      host,
      traced((_run, nth) => (nth === 2 ? success : { kind: "retry", afterMs: 1 })),
    ),
  throws: (host) =>
    played(
      host,
      traced(() => {
        throw Object.assign(new Error("thrown"), { code: "THROWN" });
      }),
    ),
  "returns nonsense": (host) =>
    played(
      host,
      traced(() => "done" as never),
    ),
  "pushes what it shows": (host) =>
    played(
      host,
      traced((run) => {
        run.setProgress(1, 4);
        run.setContent({ shown: [1, "two", null] });
        return failure(false);
      }),
    ),
  "is refused what it must not push": (host) =>
    played(
      host,
      traced((run) => {
        run.setProgress(1, 0);
        return success;
      }),
    ),
  "answers its getters": (host) =>
    played(
      host,
      traced(() => failure(false), { getProgress: () => 7, getContent: () => ({ a: 1 }) }),
    ),
  "has a getter that fails": (host) =>
    played(
      host,
      traced((_run, nth) => (nth < 3 ? proceed : success), {
        getContent: failing(2),
      }),
    ),
  checkpoints: (host) =>
    played(
      host,
      traced(
        async (run) => {
          await run.checkpoint("state");
          await run.checkpoint(new Uint8Array([1, 2]));
          return success;
        },
        { getSerialized: () => "first" },
      ),
    ),
  "puts out files": (host) =>
    played(
      host,
      traced(async (run) => {
        await run.putOutput("text", "text/plain", "some words");
        const large = run.openOutput("large", "application/octet-stream");
        // Not awaited: they come in this order all the same.
        void large.write(new Uint8Array(200_000).fill(1));
        void large.write("and a text");
        await large.close();
        await run.putOutput("text", "text/html", pieces());
        return success;
      }),
    ),
  "is refused an output without a name": (host) =>
    played(
      host,
      traced((run) => {
        run.openOutput("no name!", "text/plain");
        return success;
      }),
    ),
  "leaves an output open": (host) =>
    played(
      host,
      traced(async (run) => {
        await run.openOutput("open", "text/plain").write("never closed");
        return success;
      }),
    ),
  "must not wait for another job": (host) =>
    played(
      host,
      traced(async () => {
        await host.waitJob("00000000-0000-4000-8000-000000000000");
        return success;
      }),
    ),
  "submits another in its step": (host) =>
    played(
      host,
      traced(async () => {
        const other = host.createJob(traced(() => success).descriptor);
        const id = await host.submitJob(other);
        return host.jobInfo(id).type === "traced" ? success : failure(false);
      }),
    ),
  "is canceled while it listens": (host) =>
    canceled(host, (signal) => delay(60_000, success, { signal })),
  "is canceled between steps": (host) => canceled(host, () => delay(1, proceed)),
  "is paused and resumed, resubmitted and reset": async (host) => {
    let isAnew = false;
    const job = traced(async ({ signal }) =>
      isAnew ? success : delay(60_000, success, { signal }),
    );
    const id = await host.submitJob(host.createJob(job.descriptor));
    await running(host, id);
    await host.pauseJob(id);
    while (host.jobInfo(id).state !== "paused") await delay(1);
    const paused = [...job.calls];
    await host.resumeJob(id);
    await running(host, id);
    await host.cancelJob(id);
    await host.waitJob(id);
    isAnew = true;
    await host.resubmitJob(id);
    const { state } = await host.waitJob(id);
    while (!job.calls.includes("finalize")) await delay(1);
    return { paused, calls: job.calls, state };
  },
};

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(100_000).fill(2);
  yield new Uint8Array(1);
}

/** An object that is right until it was asked so often. */
function failing(times: number): () => { readonly fine: true } {
  let asked = 0;
  return () => {
    asked += 1;
    if (asked >= times) throw new Error("no content");
    return { fine: true };
  };
}

async function canceled(
  host: JobHost,
  step: (signal: AbortSignal) => Promise<StepResult>,
): Promise<JsonValue> {
  const job = traced(({ signal }) => step(signal), { finalize: () => undefined });
  const id = await host.submitJob(host.createJob(job.descriptor));
  await running(host, id);
  await host.cancelJob(id);
  const { state, error } = await host.waitJob(id);
  return { calls: [...new Set(job.calls)], state, error: error && { ...error } };
}

async function running(host: JobHost, id: string): Promise<void> {
  while (host.jobInfo(id).state !== "running") await delay(1);
  // Its step is under way.
  await delay(20);
}
