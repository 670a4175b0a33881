import { once } from "node:events";
import {
  definePlugin,
  Job,
  readJobRequest,
  StepResult,
  type AnswerOptions,
  type JobRun,
  type JsonObject,
  type Plugin,
} from "../../../src/sdk.ts";
import type { Gate } from "../../../src/testing/gate.ts";

/** What its jobs wait for, and how often each was finalized. */
export interface Watched {
  readonly gate: Gate;
  finalized: number;
}

/** Ends as its request says: at once, when the gate opens, or with an error of its own. */
class Send extends Job {
  readonly type = "send";
  readonly #watched: Watched;
  readonly #wish: JsonObject;

  constructor(watched: Watched, wish: JsonObject) {
    super();
    this.#watched = watched;
    this.#wish = wish;
  }

  async step(run: JobRun): Promise<StepResult> {
    if (this.#wish["Gated"] === true) {
      await Promise.race([this.#watched.gate.pass(), once(run.signal, "abort")]);
      if (run.signal.aborted) return StepResult.continue;
    }
    const { Fails: code } = this.#wish;
    if (typeof code === "string") {
      return StepResult.failure(code, "the modality PACS1 does not answer", {
        details: { Host: "pacs" },
      });
    }
    run.setContent({ Sent: 3, Permissive: this.#wish["permissive"] ?? null });
    return StepResult.success;
  }

  override finalize(): void {
    this.#watched.finalized += 1;
  }
}

/** A plugin with a route for each mode; the body says how the job ends. */
export function answeringPlugin(watched: Watched): Plugin {
  return definePlugin({
    name: "answering",
    version: "1.0.0",
    start(host) {
      const route = (pattern: string, options?: AnswerOptions): void =>
        host.registerRoute("POST", pattern, (request) => {
          const { body, permissive } = readJobRequest(request);
          const wish = { ...(body as JsonObject | undefined), permissive };
          return host.answer(request, new Send(watched, wish), options);
        });
      route("/send");
      route("/send-later", { mode: "asynchronous", submit: { priority: 3, key: "pacs" } });
      route("/send-only-later", { mode: "asynchronous-only" });
    },
  });
}
