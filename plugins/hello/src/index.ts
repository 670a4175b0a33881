import { setTimeout as delay } from "node:timers/promises";
import { Job, JobEngineError, StepResult, definePlugin, type JobRun } from "../../../src/sdk.ts";

/** What a saved counter is made again from. */
type State = { readonly delayMs: number; readonly steps: number; readonly count: number };

/** Waits `delayMs` in each step and counts; succeeds when it has counted to `steps`. */
class Counter extends Job {
  readonly type = "Customization";
  readonly #log: (text: string) => void;
  readonly #delayMs: number;
  readonly #steps: number;
  #count: number;

  constructor(log: (text: string) => void, { delayMs, steps, count }: State) {
    super();
    this.#log = log;
    this.#delayMs = delayMs;
    this.#steps = steps;
    this.#count = count;
  }

  async step({ signal }: JobRun): Promise<StepResult> {
    // When the job is asked to stop the delay rejects, and the engine stops without a count.
    await delay(this.#delayMs, undefined, { signal });
    this.#count += 1;
    this.#log(`step ${this.#count}`);
    return this.#count >= this.#steps ? StepResult.success : StepResult.continue;
  }

  override stop(reason: string): void {
    this.#log(`stop ${reason}`);
  }

  override reset(): void {
    this.#log("reset");
    this.#count = 0;
  }

  override getProgress(): number {
    return this.#count / this.#steps;
  }

  override getContent(): { count: number; steps: number } {
    return { count: this.#count, steps: this.#steps };
  }

  override getSerialized(): State {
    return { delayMs: this.#delayMs, steps: this.#steps, count: this.#count };
  }

  override finalize(): void {
    this.#log("finalize");
  }
}

/** A longer delay is more than a timer of Node.js can wait. */
const longestDelayMs = 2 ** 31 - 1;

/**
 * `GET /myapp/hello?delayMs=5000&steps=4` creates a counter and answers its id; so does `POST /jobs` with
 * `{ "Type": "Customization", "Content": { "delayMs": 5000, "steps": 4 } }`.
 */
export const plugin = definePlugin({
  name: "hello",
  version: "1.0.0",
  start(host) {
    const log = (text: string): void => host.log("debug", text);
    const revive = (state: unknown): Counter => {
      log(`revive ${JSON.stringify(state)}`);
      return new Counter(log, state as State);
    };
    host.registerJob("Customization", revive, {
      create({ delayMs = 5000, steps = 4 }) {
        if (isDelay(delayMs) && isCount(steps))
          return new Counter(log, { delayMs, steps, count: 0 });
        throw new JobEngineError("INVALID_ARGUMENT", rule);
      },
    });
    host.registerRoute("GET", "/myapp/hello", async ({ query }) => {
      const delayMs = Number(query.get("delayMs") ?? 5000);
      const steps = Number(query.get("steps") ?? 4);
      if (!isDelay(delayMs) || !isCount(steps)) return { status: 400, body: { error: rule } };
      const id = await host.submit(new Counter(log, { delayMs, steps, count: 0 }));
      return { body: { ID: id, Path: `/jobs/${id}` } };
    });
  },
});

const rule = "delayMs is 0 or more, steps is 1 or more";

const isDelay = (value: unknown): value is number => isWhole(value, 0, longestDelayMs);
const isCount = (value: unknown): value is number => isWhole(value, 1, Number.MAX_SAFE_INTEGER);

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
