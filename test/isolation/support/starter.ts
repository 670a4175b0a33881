import { setTimeout as delay } from "node:timers/promises";
import { Job, JobEngineError, StepResult, definePlugin, type JobRun } from "../../../src/sdk.ts";

/** Ends its thread or process when it is asked to stop. */
class Leaving extends Job {
  readonly type = "leaving";

  async step(run: JobRun): Promise<StepResult> {
    run.log("info", "is stepping");
    await delay(60_000, undefined, { signal: run.signal }).catch(() => process.exit(4));
    return StepResult.success;
  }
}

class Short extends Job {
  readonly type = "short";

  step(): StepResult {
    return StepResult.success;
  }
}

/** A plugin whose `start` submits so many jobs, and then takes its time; both are settings. */
export const plugin = definePlugin({
  name: "starter",
  version: "1.0.0",
  async start(host) {
    const { submits = 0, startMs = 0 } = (host.getConfig("/starter") ?? {}) as {
      readonly submits?: number;
      readonly startMs?: number;
    };
    host.registerRoute("GET", "/starter/end", () => process.exit(3));
    host.registerRoute("GET", "/starter/who", () => ({ body: "me" }));
    host.registerRoute("POST", "/starter", async () => {
      return { body: { id: await host.submit(new Leaving()) } };
    });
    host.log("info", "has registered");
    for (let count = 0; count < submits; count += 1) {
      await host.submit(new Short()).catch((error: unknown) => {
        host.log("info", error instanceof JobEngineError ? `refused: ${error.code}` : "odd");
      });
    }
    await delay(startMs);
  },
});
