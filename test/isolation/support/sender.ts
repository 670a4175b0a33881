import {
  readJobRequest,
  definePlugin,
  Job,
  StepResult,
  type JsonObject,
} from "../../../src/sdk.ts";

/** Ends as its request says. */
class Send extends Job {
  readonly type = "send";
  readonly #fails: boolean;

  constructor(fails: boolean) {
    super();
    this.#fails = fails;
  }

  step(): StepResult {
    return this.#fails ? StepResult.failure("REMOTE_REFUSED", "it said no") : StepResult.success;
  }

  override getContent(): JsonObject {
    return { Sent: 3 };
  }
}

/** Leaves its answers to jobs. */
export const plugin: ReturnType<typeof definePlugin> = definePlugin({
  name: "sender",
  version: "1.0.0",
  start(host) {
    host.registerRoute("POST", "/send", (request) => {
      const { Fails: fails } = (readJobRequest(request).body ?? {}) as JsonObject;
      return host.answer(request, new Send(fails === true));
    });
  },
});
