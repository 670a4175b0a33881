import { setTimeout as delay } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { Job, StepResult, definePlugin } from "../../../src/sdk.ts";

/** What its host calls, as it comes. */
interface Call {
  readonly kind: "call";
  readonly number: number;
  readonly name: string;
  readonly question: { readonly run: number };
}

const snapshot = { progress: 0.5, content: "{}", state: null };
const end = {
  kind: "ended",
  result: { kind: "success" },
  stopped: "success",
  snapshot,
  runtimeMs: 1,
};
const sample = { progress: 0.5, content: "{}", runtimeMs: 1 };
const job = { payload: 1, type: "t", canReset: true, snapshot, tree: null };
const failed = (error: unknown): unknown => ({
  ...end,
  result: { kind: "failure", error, retryable: false },
  stopped: "failure",
});

/** Ends of runs. */
const ends: Readonly<Record<string, unknown>> = {
  "no end": null,
  "no snapshot": { ...end, snapshot: undefined },
  "a snapshot without content": { ...end, snapshot: { progress: 1, state: null } },
  "a runtime that is a bigint": { ...end, runtimeMs: 1n },
  "a runtime that is not finite": { ...end, runtimeMs: Infinity },
  "a retry after a bigint": { ...end, result: { kind: "retry", afterMs: 1n }, stopped: "retry" },
  "an unknown result": { ...end, result: { kind: "other" } },
  "an unknown reason": { ...end, stopped: "why not" },
  "a failure without an error": failed(null),
  "a failure whose message is a number": failed({ code: "BROKEN", message: 7 }),
  "a step that is over, without an error": { kind: "detached", error: null, runtimeMs: 1 },
  "a turn": { kind: "held-back", turn: {} },
};

/** What is thrown instead of an end. */
const errors: Readonly<Record<string, unknown>> = {
  "no error": null,
  "an error whose message is a number": {
    name: "JobEngineError",
    message: 7,
    stack: null,
    code: "TIMED_OUT",
  },
};

/** What is told of a run: by which call, with what beside the run. */
const news: Readonly<Record<string, readonly [name: string, told: object]>> = {
  "a sample with a content that is no JSON": ["sampled", { sample: { ...sample, content: "{" } }],
  "a sample with a content that is no object": [
    "sampled",
    { sample: { ...sample, content: "[1]" } },
  ],
  "a sample with too much progress": ["sampled", { sample: { ...sample, progress: 5 } }],
  "a sample with a time that is no number": ["sampled", { sample: { ...sample, runtimeMs: "1" } }],
  "a snapshot with a state that is no bytes": [
    "prepared",
    { snapshot: { ...snapshot, state: "x" } },
  ],
  "a checkpoint that is too large": ["checkpoint", { sample, state: new Uint8Array(1_048_577) }],
  "a job without a snapshot": [
    "submit",
    { job: { payload: 1, type: "t", canReset: true, snapshot: null, tree: null } },
  ],
  "jobs that are none": ["gather", { batch: 1, jobs: [7] }],
  "more jobs at once than a batch may have": [
    "gather",
    { batch: 1, jobs: Array.from({ length: 10_001 }, () => job) },
  ],
  "a description that is no text": ["describe", { code: 7, text: "!" }],
  "kinds that are none": ["observe", { kinds: 7, generation: 1 }],
  "a generation that is a bigint": ["observe", { kinds: ["changed"], generation: 1n }],
  "a line of no known level": ["logged", { level: "loud", text: "!" }],
  "a line that is no text": ["log", { level: "info", text: 7 }],
};

/** Messages by themselves. */
const messages: Readonly<Record<string, object>> = {
  "a call whose number is a bigint": {
    kind: "call",
    number: 1n,
    name: "jobInfo",
    question: { id: "none" },
  },
  "a call without a name": { kind: "call", number: 1_000_000, question: null },
  "an abort of a fraction": { kind: "abort", number: 0.5 },
};

export const forgeries: readonly string[] = [ends, errors, news, messages].flatMap(Object.keys);

function forged(name: string, { number, question: { run } }: Call): object {
  if (name in ends) return { kind: "answer", number, value: ends[name] };
  if (name in errors) return { kind: "answer", number, error: errors[name] };
  const told = news[name];
  if (told === undefined) return messages[name] ?? {};
  return { kind: "call", number: 0, name: told[0], question: { run, ...told[1] } };
}

/** Steps a while, or for ever if something is forged meanwhile. */
class Forged extends Job {
  readonly type = "forged";
  readonly #isForged: boolean;

  constructor(isForged: boolean) {
    super();
    this.#isForged = isForged;
  }

  async step(): Promise<StepResult> {
    await delay(this.#isForged ? 10_000 : 1);
    return StepResult.success;
  }
}

/** Says to its host what the half of Baton on its side never says. */
export const plugin = definePlugin({
  name: "forger",
  version: "1.0.0",
  start(host) {
    let forgery: string | null = null;
    const hear = (call: Call): void => {
      if (forgery === null || call.kind !== "call" || call.name !== "run") return;
      const message = forged(forgery, call);
      parentPort?.postMessage(message);
    };
    parentPort?.on("message", hear);
    host.registerRoute("POST", "/forger", async ({ body }) => {
      ({ forgery } = JSON.parse(new TextDecoder().decode(body)) as { forgery: string | null });
      return { body: { id: await host.submit(new Forged(forgery !== null)) } };
    });
  },
});
