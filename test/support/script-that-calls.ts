import type { Script } from "../../src/testing/index.ts";

/** The callbacks that may wait for something. */
export type Callback = "step" | "stop" | "reset";

/** A job one of whose callbacks makes a call. The one of `reset` fails first, to be resubmitted. */
export function scriptThatCalls(callback: Callback, call: () => Promise<void>): Script {
  const step = async (): Promise<unknown> => {
    await call();
    return { kind: "success" };
  };
  switch (callback) {
    case "step":
      return { steps: [step] };
    case "stop":
      return { stop: call };
    case "reset":
      return { steps: ["failure"], reset: call };
  }
}
