import {
  context,
  createContextKey,
  ProxyTracerProvider,
  trace,
  type Link,
  type Tracer,
} from "@opentelemetry/api";
import type { Observer } from "../../ports/job-event.ts";
import type { JobDescriptor, JobInfo } from "../../ports/job.ts";
import type { Jobs } from "../../ports/jobs.ts";
import type {
  Payload,
  Run,
  RunEnd,
  RunListener,
  RunOrder,
  Runner,
  Sample,
} from "../../ports/runner.ts";
import { RunSpan, type RunOutcome } from "./run-span.ts";

/** Set where a payload is made again: its job does not come from there. */
const reviving = createContextKey("baton reviving");

/**
 * The runner, with a span for each run, if somebody has registered an OpenTelemetry SDK; else the very
 * same one, and nothing of this costs anything.
 */
export function traced(runner: Runner): Runner {
  const provider = trace.getTracerProvider();
  const isNobodyThere =
    provider instanceof ProxyTracerProvider && provider.getDelegateTracer("baton") === undefined;
  return isNobodyThere ? runner : new TracedRunner(runner, trace.getTracer("baton"));
}

/** Runs that no runner here begins have spans too, if any have. */
export function traceRuns(runner: Runner, jobs: Pick<Jobs, "observe">): void {
  if (runner instanceof TracedRunner) jobs.observe(runner.observe);
}

/** Spans of runs in JavaScript, and, as an observer, of those that no runner here begins: native ones. */
export class TracedRunner implements Runner {
  readonly #runner: Runner;
  readonly #tracer: Tracer;
  /** Where jobs come from, as long as their payloads live. */
  readonly #origins = new WeakMap<Payload, Link>();
  /** Jobs whose runs were begun here. */
  readonly #here = new Set<string>();
  readonly #elsewhere = new Map<string, RunSpan>();

  constructor(runner: Runner, tracer: Tracer) {
    this.#runner = runner;
    this.#tracer = tracer;
  }

  own(descriptor: JobDescriptor): Payload {
    const payload = this.#runner.own(descriptor);
    const active = context.active();
    const origin = trace.getSpanContext(active);
    if (origin !== undefined && active.getValue(reviving) !== true) {
      this.#origins.set(payload, { context: origin });
    }
    return payload;
  }

  start(order: RunOrder, listener: RunListener): Run {
    const { id, record, payload } = order;
    const origin = payload === null ? undefined : this.#origins.get(payload);
    const span = new RunSpan(this.#tracer, record, origin === undefined ? [] : [origin]);
    this.#here.add(id);
    const ended = (end: RunEnd): void => {
      this.#here.delete(id);
      span.end(outcomeOf(end));
    };
    const revive: RunOrder["revive"] = () =>
      context.with(context.active().setValue(reviving, true), () => order.revive());
    return context.with(span.context, () =>
      this.#runner.start({ ...order, revive }, new TracedListener(listener, span, ended)),
    );
  }

  /** Hears of the runs that begin elsewhere. */
  readonly observe: Observer = (event) => {
    if (event.kind === "progressed") this.#elsewhere.get(event.job.id)?.sampled();
    if (event.kind === "forgotten") this.#elsewhere.delete(event.id);
    if (event.kind !== "changed" || event.job.state === event.from) return;
    const { job, from } = event;
    if (from === "running") this.#endElsewhere(job);
    if (job.state !== "running" || this.#here.has(job.id)) return;
    this.#elsewhere.set(job.id, new RunSpan(this.#tracer, job, []));
  };

  #endElsewhere(job: JobInfo): void {
    const span = this.#elsewhere.get(job.id);
    this.#elsewhere.delete(job.id);
    span?.end({ outcome: outcomes[job.state], error: job.error });
  }
}

const outcomes: Readonly<Record<JobInfo["state"], string>> = {
  succeeded: "success",
  failed: "failure",
  retrying: "retry",
  paused: "paused",
  pending: "interrupted",
  running: "interrupted",
};

function outcomeOf(end: RunEnd): RunOutcome {
  switch (end.kind) {
    case "ended": {
      const error = end.result.kind === "failure" ? end.result.error : null;
      return { outcome: end.stopped ?? end.result.kind, error };
    }
    case "detached":
      return { outcome: "timed-out", error: end.error };
    case "disowned":
    case "returned":
    case "held-back":
      return { outcome: "not begun", error: null };
  }
}

/** Passes on everything, and notes in the span what concerns it. */
class TracedListener implements RunListener {
  readonly #listener: RunListener;
  readonly #span: RunSpan;
  readonly #ended: (end: RunEnd) => void;

  constructor(listener: RunListener, span: RunSpan, ended: (end: RunEnd) => void) {
    this.#listener = listener;
    this.#span = span;
    this.#ended = ended;
  }

  started(...heard: Parameters<RunListener["started"]>): void {
    this.#listener.started(...heard);
  }

  prepared(...heard: Parameters<RunListener["prepared"]>): void {
    this.#listener.prepared(...heard);
  }

  sampled(id: RunOrder["id"], sample: Sample): void {
    this.#span.sampled();
    this.#listener.sampled(id, sample);
  }

  treeChanged(...heard: Parameters<RunListener["treeChanged"]>): void {
    this.#listener.treeChanged(...heard);
  }

  checkpointed(
    ...heard: Parameters<RunListener["checkpointed"]>
  ): ReturnType<RunListener["checkpointed"]> {
    return this.#listener.checkpointed(...heard);
  }

  logged(...heard: Parameters<RunListener["logged"]>): void {
    this.#listener.logged(...heard);
  }

  openOutput(
    ...heard: Parameters<RunListener["openOutput"]>
  ): ReturnType<RunListener["openOutput"]> {
    return this.#listener.openOutput(...heard);
  }

  ended(id: RunOrder["id"], end: RunEnd): void {
    this.#ended(end);
    this.#listener.ended(id, end);
  }

  stepReturned(id: RunOrder["id"]): void {
    this.#listener.stepReturned(id);
  }
}
