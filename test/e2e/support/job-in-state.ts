import assert from "node:assert/strict";
import { join } from "node:path";
import { openHost, StepResult, type Host } from "../../../src/index.ts";
import { stateBehind } from "../../support/orthanc-states.ts";
import { Events } from "./events.ts";
import { ScriptedJob } from "./scripted-job.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export type StateName = keyof typeof stateBehind;

/** Where it ends: in a state, by a cancel, or out of the history. */
export type End = StateName | "canceled" | "gone";

/** Long enough to ask for something meanwhile, on a slow machine too; milliseconds. */
const firstDelayMs = 800;

/** What a job shows of itself; "gone": there is none. */
export interface Shown {
  readonly State: string;
  readonly Requested?: string;
  readonly ErrorCode?: number;
}

/** A job that really got into its state, on a host of its own that is reached over HTTP. */
export class JobInState implements AsyncDisposable {
  readonly id: string;
  readonly #job: ScriptedJob;
  readonly #blocker: ScriptedJob | null;
  readonly #host: Host;
  readonly #events: Events;
  readonly #resources: AsyncDisposableStack;

  private constructor(parts: {
    readonly id: string;
    readonly job: ScriptedJob;
    readonly blocker: ScriptedJob | null;
    readonly host: Host;
    readonly events: Events;
    readonly resources: AsyncDisposableStack;
  }) {
    this.id = parts.id;
    this.#job = parts.job;
    this.#blocker = parts.blocker;
    this.#host = parts.host;
    this.#events = parts.events;
    this.#resources = parts.resources;
  }

  static async open(state: StateName): Promise<JobInState> {
    await using resources = new AsyncDisposableStack();
    const folder = resources.use(await temporaryFolder());
    const events = new Events();
    const host = resources.use(
      await openHost({
        store: { kind: "sqlite", path: join(folder.path, "baton.db"), durability: "process" },
        http: { port: 0 },
        concurrentJobs: 1,
        drainTimeoutMs: 0,
        observer: events.observer,
      }),
    );
    const [job, blocker] = [new ScriptedJob(), state === "Pending" ? new ScriptedJob() : null];
    if (blocker !== null) await events.reached(await host.submit(blocker), "running");
    const id = await host.submit(job, { maxAttempts: 2, backoff: { firstDelayMs } });
    if (state !== "Pending") await events.reached(id, "running");
    if (state === "Paused") await host.pauseJob(id);
    const result = results[state];
    if (result !== null) job.end(result);
    await events.reached(id, stateBehind[state]);
    return new JobInState({ id, job, blocker, host, events, resources: resources.move() });
  }

  get calls(): readonly string[] {
    return this.#job.calls;
  }

  async call(
    call: string,
    id: string = this.id,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const path = call === "delete" ? `/jobs/${id}` : `/jobs/${id}/${call}`;
    const method = call === "delete" ? "DELETE" : "POST";
    const answer = await fetch(`${this.#host.url}${path}`, { method });
    return { status: answer.status, text: await answer.text() };
  }

  async show(): Promise<Shown> {
    const answer = await fetch(`${this.#host.url}/jobs/${this.id}`);
    if (answer.status === 404) return { State: "gone" };
    return (await answer.json()) as Shown;
  }

  /**
   * Frees the slot, ends the step, and waits until the job is where it is expected. Another job
   * that runs after it shows that nothing more is about to happen.
   */
  async letGo(step: StepResult | null, end: End): Promise<void> {
    this.#blocker?.end(StepResult.success);
    if (step !== null) this.#job.end(step);
    const state = end === "canceled" ? "Failure" : end;
    if (state !== "gone") await this.#events.reached(this.id, stateBehind[state]);
    const next = new ScriptedJob();
    next.end(StepResult.success);
    assert.equal((await this.#host.submitAndWait(next)).state, "succeeded");
    const shown = await this.show();
    assert.equal(shown.State, state);
    if (state === "Failure") assert.equal(shown.ErrorCode, end === "canceled" ? 37 : 1);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}

/** How the first step ends, so that the job gets into the state; null: it does not. */
const results: Readonly<Record<StateName, StepResult | null>> = {
  Pending: null,
  Running: null,
  Paused: StepResult.continue,
  Retry: StepResult.failure("TRY_AGAIN", "as planned", { retryable: true }),
  Success: StepResult.success,
  Failure: StepResult.failure("GAVE_UP", "as planned"),
};
