import { Counter, Histogram, type Registry } from "prom-client";
import type { EngineEvent } from "../../ports/job-event.ts";
import type { JobInfo } from "../../ports/job.ts";
import type { TypeNames } from "./type-names.ts";

/** Upper bounds of the buckets in seconds: from a step that does little to a job of the night. */
const buckets = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200];

type Changed = Extract<EngineEvent, { kind: "changed" }>;

/** How long jobs wait and run, and how they end, as the engine tells it. */
export class JobMeter {
  readonly #types: TypeNames;
  readonly #submitted: Counter<"type">;
  readonly #finished: Counter<"type" | "state">;
  readonly #runs: Counter<"type" | "outcome">;
  readonly #waits: Histogram<"type">;
  readonly #steps: Histogram<"type">;
  /** Since when pending jobs could have run; epoch milliseconds. */
  readonly #waiting = new Map<string, number>();
  /** What running jobs had spent in steps before this run; milliseconds. */
  readonly #running = new Map<string, number>();

  constructor(registry: Registry, types: TypeNames) {
    this.#types = types;
    const registers = [registry];
    this.#submitted = new Counter({
      name: "baton_jobs_submitted_total",
      help: "Jobs that were submitted.",
      labelNames: ["type"],
      registers,
    });
    this.#finished = new Counter({
      name: "baton_jobs_finished_total",
      help: "Jobs that ended as Success or Failure; one that is resubmitted counts again.",
      labelNames: ["type", "state"],
      registers,
    });
    this.#runs = new Counter({
      name: "baton_runs_total",
      help: "Runs that ended: success, failure, canceled, retry, paused, or interrupted.",
      labelNames: ["type", "outcome"],
      registers,
    });
    this.#waits = new Histogram({
      name: "baton_queue_wait_seconds",
      help: "From when a job could run until it did.",
      labelNames: ["type"],
      buckets,
      registers,
    });
    this.#steps = new Histogram({
      name: "baton_run_step_seconds",
      help: "Time that a run spent in the steps of its job.",
      labelNames: ["type"],
      buckets,
      registers,
    });
  }

  hear(event: EngineEvent): void {
    switch (event.kind) {
      case "submitted":
        this.#submitted.inc({ type: this.#types.of(event.job.type) });
        this.#wait(event.job, event.job.createdAt);
        return;
      case "changed":
        this.#changed(event);
        return;
      case "forgotten":
        this.#waiting.delete(event.id);
        this.#running.delete(event.id);
        return;
      case "progressed":
      case "reported":
      case "logged":
    }
  }

  #changed({ job, from }: Changed): void {
    if (job.state === from) return;
    if (from === "running") this.#ended(job);
    if (job.state === "running") this.#began(job);
    else if (job.state === "pending") this.#wait(job, job.changedAt);
    else this.#waiting.delete(job.id);
    const state = finished[job.state];
    if (state !== undefined) this.#finished.inc({ type: this.#types.of(job.type), state });
  }

  #wait({ id, startAt }: JobInfo, since: number): void {
    this.#waiting.set(id, Math.max(since, startAt ?? since));
  }

  #began({ id, type, changedAt, runtimeMs }: JobInfo): void {
    const since = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#running.set(id, runtimeMs);
    if (since === undefined) return;
    this.#waits.observe({ type: this.#types.of(type) }, Math.max(0, changedAt - since) / 1_000);
  }

  #ended(job: JobInfo): void {
    const type = this.#types.of(job.type);
    this.#runs.inc({ type, outcome: outcomeOf(job) });
    const before = this.#running.get(job.id);
    this.#running.delete(job.id);
    if (before === undefined) return;
    this.#steps.observe({ type }, Math.max(0, job.runtimeMs - before) / 1_000);
  }
}

const finished: Readonly<Partial<Record<JobInfo["state"], string>>> = {
  succeeded: "Success",
  failed: "Failure",
};

/** How a run ended, after which the job is as it is. */
function outcomeOf({ state, error }: JobInfo): string {
  switch (state) {
    case "succeeded":
      return "success";
    case "failed":
      return error?.code === "JOB_CANCELED" ? "canceled" : "failure";
    case "retrying":
      return "retry";
    case "paused":
      return "paused";
    case "pending":
    case "running":
      return "interrupted";
  }
}
