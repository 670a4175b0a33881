import { execFileSync } from "node:child_process";
import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { frameOf } from "../../../src/adapters/isolation/protocol/frames.ts";
import { childFiles } from "../../../src/adapters/isolation/places/process-place.ts";
import { Job, StepResult, definePlugin, type JobHost, type JobRun } from "../../../src/sdk.ts";

/** An addon that crashes; a setting. */
let addon = "none";

/** Ways to take along the thread or process one runs in. */
const crashes: Readonly<Record<string, () => unknown>> = {
  abort: () => process.abort(),
  exit: () => process.exit(7),
  heap: () => {
    const all: unknown[] = [];
    for (;;) all.push(Array.from({ length: 10_000 }, (_, at) => ({ at })));
  },
  kill: () => forever(() => process.kill(process.pid, "SIGKILL")),
  // In native code, where even a thread cannot be ended.
  sleep: () => execFileSync("sleep", ["6"]),
  segv: () => forever(() => process.kill(process.pid, "SIGSEGV")),
  throw: () =>
    new Promise(() =>
      setImmediate(() => {
        throw new Error("thrown where nobody catches it");
      }),
    ),
  null: () =>
    new Promise(() =>
      setImmediate(() => {
        throw null;
      }),
    ),
  native: () => process.dlopen({ exports: {} }, addon),
  reject: () => new Promise(() => void Promise.reject(new Error("rejected and not handled"))),
};

/** A signal may take a moment. */
function forever(act: () => unknown): never {
  act();
  for (;;);
}

interface CrashState {
  /** One way after the other; after the last it succeeds. */
  readonly ways: readonly string[];
  readonly count: number;
}

/** Counts its crashes in its checkpoints. */
class Crash extends Job {
  readonly type = "crash";
  #state: CrashState;

  constructor(state: CrashState) {
    super();
    this.#state = state;
  }

  async step(run: JobRun): Promise<StepResult> {
    const { ways, count } = this.#state;
    const way = ways[count];
    if (way === undefined) return StepResult.success;
    this.#state = { ways, count: count + 1 };
    await run.checkpoint(JSON.stringify(this.#state));
    await crashes[way]?.();
    return StepResult.failure("STILL_HERE", `"${way}" did not end anything`);
  }

  override getContent(): { count: number } {
    return { count: this.#state.count };
  }

  override getSerialized(): { ways: string[]; count: number } {
    return { ways: [...this.#state.ways], count: this.#state.count };
  }
}

/** Steps until it is told to stop, or as often as it is to. */
class Steady extends Job {
  readonly type = "steady";
  #left: number;
  readonly #isSaved: boolean;

  constructor(left: number, isSaved: boolean) {
    super();
    this.#left = left;
    this.#isSaved = isSaved;
  }

  async step({ signal }: JobRun): Promise<StepResult> {
    await delay(5, undefined, { signal });
    this.#left -= 1;
    return this.#left <= 0 ? StepResult.success : StepResult.continue;
  }

  override getSerialized(): number | null {
    return this.#isSaved ? this.#left : null;
  }
}

/** Never returns from its step; `isPolite`: but gives the thread back. */
class Endless extends Job {
  readonly type = "endless";
  readonly #isPolite: boolean;

  constructor(isPolite: boolean) {
    super();
    this.#isPolite = isPolite;
  }

  step(): Promise<StepResult> {
    if (this.#isPolite) return new Promise(() => undefined);
    for (;;);
  }

  override getSerialized(): boolean {
    return this.#isPolite;
  }
}

interface Wanted {
  readonly kind: "crash" | "steady" | "fleeting" | "endless" | "stuck";
  readonly ways?: readonly string[];
  readonly left?: number;
  readonly priority?: number;
  readonly maxAttempts?: number;
  /** Default: at once. */
  readonly backoff?: { readonly firstDelayMs: number; readonly jitter: number };
  readonly stepTimeoutMs?: number;
  /** How many of them. */
  readonly count?: number;
}

/** `POST /<name>` makes the job that the body describes and answers its id. */
function start(host: JobHost, name: string): void | Promise<void> {
  const settings = host.getConfig(`/${name}`) ?? {};
  const {
    crashAtStart,
    submitsAtStart = false,
    addon: file = addon,
  } = settings as {
    readonly crashAtStart?: string;
    readonly submitsAtStart?: boolean;
    readonly addon?: string;
  };
  addon = file;
  if (crashAtStart !== undefined) crashes[crashAtStart]?.();
  host.registerJob("crash", (state) => new Crash(state as unknown as CrashState));
  host.registerJob("steady", (state) => new Steady(state as number, true));
  host.registerJob("endless", (state) => new Endless(state === true));
  host.registerRoute("POST", `/${name}`, async ({ body }) => {
    const wanted = JSON.parse(new TextDecoder().decode(body)) as Wanted;
    const { priority = 0, maxAttempts = 1, stepTimeoutMs = 0 } = wanted;
    const { backoff = { firstDelayMs: 0 } } = wanted;
    const options = { priority, maxAttempts, stepTimeoutMs, backoff };
    const { count = 1 } = wanted;
    const jobs = Array.from({ length: count }, () => host.submit(jobOf(wanted), options));
    const [id = null] = await Promise.all(jobs);
    return { body: { id } };
  });
  host.registerRoute("POST", `/${name}/talk`, () => {
    for (const words of ["ready", null, 7, {}, { kind: "answer", number: 1, error: null }]) {
      if (parentPort === null) writeSync(childFiles.said, frameOf(words));
      else parentPort.postMessage(words);
    }
    return { body: "talked" };
  });
  host.registerRoute("GET", `/${name}/who`, () => ({ body: { pid: process.pid } }));
  host.registerRoute("GET", `/${name}/crash/{way}`, ({ params }) => {
    crashes[params["way"] ?? ""]?.();
    return { body: "still here" };
  });
  return submitsAtStart ? submitAndGoOn(host) : undefined;
}

/** Its start has not returned when its own job could run. */
async function submitAndGoOn(host: JobHost): Promise<void> {
  await host.submit(new Steady(1, false));
  await delay(20);
  host.log("info", "has submitted");
}

function jobOf({ kind, ways = [], left = 1 }: Wanted): Job {
  switch (kind) {
    case "crash":
      return new Crash({ ways, count: 0 });
    case "steady":
      return new Steady(left, true);
    case "fleeting":
      return new Steady(left, false);
    case "endless":
      return new Endless(false);
    case "stuck":
      return new Endless(true);
  }
}

export const plugin = definePlugin({
  name: "crasher",
  version: "1.0.0",
  start: (host) => start(host, "crasher"),
});

/** The same under the name of a neighbour. */
export const asNeighbour = definePlugin({
  name: "neighbour",
  version: "1.0.0",
  start: (host) => start(host, "neighbour"),
});
