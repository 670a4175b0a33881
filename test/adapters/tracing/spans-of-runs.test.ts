import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import { TracedRunner, traced } from "../../../src/adapters/tracing/traced-runner.ts";
import { openHost, StepResult } from "../../../src/index.ts";
import type { EngineEvent } from "../../../src/ports/job-event.ts";
import type { Runner } from "../../../src/ports/runner.ts";
import { scriptedJob } from "../../http/scripted-host.ts";
import { AsyncContexts } from "./context-of-a-test.ts";

const exporter = new InMemorySpanExporter();

/** The spans that have ended since the last call. */
function taken(): readonly ReadableSpan[] {
  const spans = exporter.getFinishedSpans();
  exporter.reset();
  return spans;
}

const runsOf = (spans: readonly ReadableSpan[]): readonly ReadableSpan[] =>
  spans.filter(({ name }) => name.startsWith("baton.run"));

const batchesOf = (spans: readonly ReadableSpan[]): readonly ReadableSpan[] =>
  spans.filter(({ name }) => name === "baton.steps");

/** Nothing runs here. */
const nowhere: Runner = { own: () => assert.fail(), start: () => assert.fail() };

void describe("without an SDK", () => {
  void it("the runner is the very same", () => {
    assert.equal(traced(nowhere), nowhere);
  });
});

void describe("with an OpenTelemetry SDK, a run", () => {
  before(() => {
    context.setGlobalContextManager(new AsyncContexts());
    const spanProcessors = [new SimpleSpanProcessor(exporter)];
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  });
  after(() => {
    trace.disable();
    context.disable();
  });

  void it("has a span that says of what it was and how it ended", async () => {
    await using host = await openHost();
    let attempt = 0;
    const job = host.createJob({
      type: "send",
      payload: null,
      step: () => {
        attempt += 1;
        return attempt === 1
          ? StepResult.failure("BUSY", "not now", { retryable: true })
          : StepResult.success;
      },
    });
    const options = { maxAttempts: 2, backoff: { firstDelayMs: 1 } };
    const { id } = await host.submitJobAndWait(job, options);
    const [failed, succeeded, ...others] = runsOf(taken());
    assert.ok(failed && succeeded && others.length === 0);
    const subject = { "baton.job.id": id, "baton.job.type": "send", "baton.plugin": "host" };
    assert.deepEqual(failed.attributes, {
      ...subject,
      "baton.attempt": 1,
      "baton.error.code": "BUSY",
      "baton.outcome": "retry",
    });
    assert.deepEqual(failed.status, { code: SpanStatusCode.ERROR, message: "not now" });
    assert.deepEqual(succeeded.attributes, {
      ...subject,
      "baton.attempt": 2,
      "baton.outcome": "success",
    });
    assert.equal(failed.name, "baton.run send");
    assert.notEqual(failed.spanContext().traceId, succeeded.spanContext().traceId);
  });

  void it("is linked to where its job was submitted, and what it does is below it", async () => {
    await using host = await openHost();
    const tracer = trace.getTracer("test");
    const submitter = tracer.startSpan("request");
    const step = async (): Promise<StepResult> => {
      await Promise.resolve();
      tracer.startSpan("work").end();
      return StepResult.success;
    };
    await context.with(trace.setSpan(context.active(), submitter), () =>
      host.submitJobAndWait(host.createJob({ type: "send", payload: null, step })),
    );
    submitter.end();
    const spans = taken();
    const [run] = runsOf(spans);
    assert.ok(run);
    assert.deepEqual(
      run.links.map((link) => link.context.spanId),
      [submitter.spanContext().spanId],
    );
    assert.equal(run.parentSpanContext, undefined);
    const work = spans.find(({ name }) => name === "work");
    assert.equal(work?.parentSpanContext?.spanId, run.spanContext().spanId);
  });

  void it("has a span below it for each batch of steps", async () => {
    await using host = await openHost();
    const began = Date.now();
    const step = async (): Promise<StepResult> => {
      await systemClock.yield();
      const isEnough = batchesOf(exporter.getFinishedSpans()).length >= 3;
      return isEnough ? StepResult.success : StepResult.continue;
    };
    await host.submitJobAndWait(host.createJob({ type: "send", payload: null, step }));
    const lastedMs = Date.now() - began;
    const spans = taken();
    const [run] = runsOf(spans);
    const batches = batchesOf(spans);
    // Two batches of a tenth of a second and a third that began; two clocks may differ by some milliseconds.
    assert.ok(lastedMs > 190, `${batches.length} batches in ${lastedMs} ms`);
    for (const batch of batches) {
      assert.equal(batch.parentSpanContext?.spanId, run?.spanContext().spanId);
    }
  });

  void it("that begins in native code has one as well", () => {
    const runner = new TracedRunner(nowhere, trace.getTracer("baton"));
    const job = scriptedJob({ state: "running", attempts: 1 });
    const told: EngineEvent[] = [
      { kind: "submitted", job: scriptedJob() },
      { kind: "changed", job, from: "pending" },
      { kind: "progressed", job },
      { kind: "changed", job: { ...job, requested: "pause" }, from: "running" },
      { kind: "changed", job: { ...job, state: "paused" }, from: "running" },
      { kind: "forgotten", id: job.id },
    ];
    for (const event of told) runner.observe(event);
    const spans = taken();
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["baton.steps", "baton.steps", "baton.run Lab"],
    );
    assert.equal(spans.at(-1)?.attributes["baton.outcome"], "paused");
    assert.equal(spans.at(-1)?.attributes["baton.attempt"], 2);
  });
});
