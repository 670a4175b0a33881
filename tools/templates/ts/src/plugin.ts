import { setTimeout as delay } from "node:timers/promises";
import { Job, StepResult, definePlugin, type JobRun, type RouteResponse } from "baton-jobs/sdk";

/** What is saved of a job, and what it is made again from. */
type State = { readonly count: number; readonly steps: number };

/** Counts to `steps`, and waits a little in each step. */
class Counter extends Job {
  readonly type = "{{name}}.count";
  readonly #steps: number;
  #count: number;

  constructor({ count, steps }: State) {
    super();
    this.#count = count;
    this.#steps = steps;
  }

  // One piece of work. It ends early if the job is asked to stop: the delay then rejects.
  async step({ signal }: JobRun): Promise<StepResult> {
    await delay(20, undefined, { signal });
    this.#count += 1;
    return this.#count < this.#steps ? StepResult.continue : StepResult.success;
  }

  // A failed job is submitted again: it begins anew.
  override reset(): void {
    this.#count = 0;
  }

  override getProgress(): number {
    return this.#count / this.#steps;
  }

  // What GET /jobs/{id} shows.
  override getContent(): State {
    return { count: this.#count, steps: this.#steps };
  }

  // Because of this the job survives a restart, and goes on from its last count.
  override getSerialized(): State {
    return this.getContent();
  }
}

/** `POST /{{name}}?steps=10` makes a job and answers its id. */
export const plugin = definePlugin({
  name: "{{name}}",
  version: "1.0.0",
  start(host) {
    host.registerJob("{{name}}.count", (state) => new Counter(state as State));
    host.registerRoute("POST", "/{{name}}", async ({ query }): Promise<RouteResponse> => {
      const steps = Number(query.get("steps") ?? 10);
      if (!Number.isInteger(steps) || steps < 1 || steps > 1_000_000) {
        return { status: 400, body: { error: "steps is a whole number from 1 to 1000000" } };
      }
      const id = await host.submit(new Counter({ count: 0, steps }));
      return { status: 201, body: { ID: id, Path: `/jobs/${id}` } };
    });
  },
});
