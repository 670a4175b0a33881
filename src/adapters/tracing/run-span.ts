import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Link,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { JobFailure } from "../../core/job-state.ts";

/** What a run is of. */
export interface RunSubject {
  readonly id: string;
  readonly type: string;
  readonly plugin: string;
  /** Retryable failures before it. */
  readonly attempts: number;
}

/** How a run ended. */
export interface RunOutcome {
  readonly outcome: string;
  /** Null: it did not fail. */
  readonly error: JobFailure | null;
}

/** The span of a run, and one below it for each batch of its steps: what runs between two samples. */
export class RunSpan {
  readonly #tracer: Tracer;
  readonly #run: Span;
  #steps: Span;
  /** In which the run's code is called: spans that it makes are below the run's. */
  readonly context: Context;

  /** `links`: where the job came from. */
  constructor(tracer: Tracer, { id, type, plugin, attempts }: RunSubject, links: Link[]) {
    this.#tracer = tracer;
    const attributes = {
      "baton.job.id": id,
      "baton.job.type": type,
      "baton.plugin": plugin,
      "baton.attempt": attempts + 1,
    };
    // A trace of its own: the submitter's may have ended days ago.
    const options = { kind: SpanKind.CONSUMER, attributes, links };
    this.#run = tracer.startSpan(`baton.run ${type}`, options, ROOT_CONTEXT);
    this.context = trace.setSpan(ROOT_CONTEXT, this.#run);
    this.#steps = this.#batch();
  }

  /** What is stepped from now on is another batch. */
  sampled(): void {
    this.#steps.end();
    this.#steps = this.#batch();
  }

  end({ outcome, error }: RunOutcome): void {
    this.#steps.end();
    this.#run.setAttribute("baton.outcome", outcome);
    if (error !== null) {
      this.#run.setAttribute("baton.error.code", error.code);
      this.#run.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    }
    this.#run.end();
  }

  #batch(): Span {
    return this.#tracer.startSpan("baton.steps", {}, this.context);
  }
}
