import { parentPort } from "node:worker_threads";
import { Job, StepResult, definePlugin, type JobRun } from "../../../src/sdk.ts";

/** Logs so many lines without giving its thread back. */
class Talk extends Job {
  readonly type = "talk";
  readonly #lines: number;

  constructor(lines: number) {
    super();
    this.#lines = lines;
  }

  step(run: JobRun): StepResult {
    for (let line = 1; line <= this.#lines; line += 1) run.log("info", `says ${line}`, { line });
    return StepResult.success;
  }
}

/** A plugin that asks and says more than its host can want. */
export const plugin = definePlugin({
  name: "talker",
  version: "1.0.0",
  start(host) {
    host.registerRoute("POST", "/talker", async ({ body }) => {
      const { lines } = JSON.parse(new TextDecoder().decode(body)) as { readonly lines: number };
      const id = await host.submit(new Talk(lines));
      return { body: { id } };
    });
    host.registerRoute("POST", "/talker/log", ({ body }) => {
      const { lines } = JSON.parse(new TextDecoder().decode(body)) as { readonly lines: number };
      for (let line = 1; line <= lines; line += 1) host.log("info", `says ${line}`);
      return { body: "said" };
    });
    host.registerRoute("POST", "/talker/post", ({ body }) => {
      const { messages } = JSON.parse(new TextDecoder().decode(body)) as { messages: number };
      const sent = host.getConfig("/talker/sent") as unknown as Int32Array;
      for (let at = 0; at < messages; at += 1) {
        parentPort?.postMessage("something of its own");
        Atomics.add(sent, 0, 1);
      }
      return { body: "posted" };
    });
    host.registerRoute("POST", "/talker/jobs", ({ body }) => {
      const { jobs } = JSON.parse(new TextDecoder().decode(body)) as { readonly jobs: number };
      // After the handler: in it they would not wait for room.
      setImmediate(() => {
        for (let job = 0; job < jobs; job += 1) void host.submit(new Talk(0));
      });
      return { body: "begun" };
    });
    host.registerRoute("GET", "/talker/slow", () => new Promise(() => undefined));
  },
});
