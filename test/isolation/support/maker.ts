import { Job, JobEngineError, StepResult, definePlugin } from "../../../src/sdk.ts";

let finalized = 0;

/** Shows what it was made of. */
class Made extends Job {
  readonly type = "made";
  readonly #words: string;

  constructor(words: string) {
    super();
    this.#words = words;
  }

  step(): StepResult {
    return StepResult.success;
  }

  override getContent(): { Words: string; Process: number } {
    return { Words: this.#words, Process: process.pid };
  }

  override getSerialized(): string {
    return this.#words;
  }

  override finalize(): void {
    finalized += 1;
  }
}

/** A plugin whose jobs are made from content, if that has words. */
export const plugin = definePlugin({
  name: "maker",
  version: "1.0.0",
  start(host) {
    host.registerJob("made", (state) => new Made(JSON.stringify(state)), {
      async create({ Words: words }) {
        if (typeof words === "string") return new Made(words);
        if (words === null) throw new RangeError("a fault");
        throw new JobEngineError("INVALID_ARGUMENT", "Words is a text");
      },
    });
    host.registerRoute("GET", "/maker/finalized", () => ({ body: finalized }));
    host.registerRoute("POST", "/maker/end", () => process.exit(3));
  },
});
