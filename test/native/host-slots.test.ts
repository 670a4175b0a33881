import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Plugin } from "../../src/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { nowUs, WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

/** How long the loop is held at most; milliseconds. */
const holdMs = 20_000;

const longSteps = 100;
const shortJobs = 200;

/** Holds the thread that calls it until the plugin has noted as many steps in its log. */
function holdUntil(log: string, steps: number): void {
  const end = nowUs() + holdMs * 1_000;
  const noted = (): number => readFileSync(log, "utf8").match(/^step /gm)?.length ?? 0;
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  while (noted() < steps && nowUs() < end) Atomics.wait(nobody, 0, 0, 10);
}

/** A job that waits for `go`, then opens a gate and holds the loop; it tells from when to when. */
class Spinner {
  readonly go = Promise.withResolvers<void>();
  readonly spun = Promise.withResolvers<{ readonly from: number; readonly to: number }>();
  readonly plugin: Plugin;

  constructor(gate: string, log: string) {
    this.plugin = {
      name: "spinner",
      version: "1.0.0",
      start: async (host) => {
        const step = async () => {
          await this.go.promise;
          const from = nowUs();
          writeFileSync(gate, "");
          // What is noted last may not have ended yet.
          holdUntil(log, longSteps + shortJobs + 1);
          this.spun.resolve({ from, to: nowUs() });
          return { kind: "success" } as const;
        };
        await host.submitJob(host.createJob({ type: "spinner", payload: null, step }));
      },
    };
  }
}

describe("two slots", { timeout: 60_000 }, () => {
  for (const kind of ["memory", "sqlite"] as const) {
    it(`go on with native jobs while JavaScript holds the loop and one of them (${kind})`, async () => {
      const gate = workshop.file(`gate-${kind}`);
      const log = workshop.write(`log-${kind}`, "");
      const spinner = new Spinner(gate, log);
      const store = kind === "memory" ? { kind } : { kind, path: workshop.file("slots.db") };
      const plugins = [library, spinner.plugin];
      await using worker = await WorkerHost.open(
        { plugins, store, concurrentJobs: 2 },
        { gate, log },
      );
      const long = await worker.submit({ name: "long", kind: "g", steps: longSteps, ms: 5 });
      await worker.events.reached(long, "running");
      const last = await worker.submit({ name: "short", count: shortJobs + 1 });
      await worker.events.reached(last, "pending");
      spinner.go.resolve();
      const { from, to } = await spinner.spun.promise;
      const steps = await worker.steps();
      const meanwhile = steps.filter(({ ended }) => ended >= from && ended <= to);
      const shorts = meanwhile.filter(({ name }) => name.startsWith("short"));
      assert.equal(meanwhile.length - shorts.length, longSteps);
      assert.ok(new Set(shorts.map(({ name }) => name)).size >= shortJobs);
      await worker.events.reached(last, "succeeded");
    });
  }

  it("held by native steps leave the loop free to answer", async () => {
    await using worker = await WorkerHost.open({ plugins: [library], concurrentJobs: 2 });
    for (const name of ["one", "two"]) {
      await worker.submit({ name, kind: "h" });
      await worker.said(`${name} holds`);
    }
    const waiting = await worker.submit({ name: "three" });
    const jobs = JSON.parse(await worker.text("GET", "/jobs?expand")) as { State: string }[];
    assert.deepEqual(jobs.map(({ State }) => State).toSorted(), ["Pending", "Running", "Running"]);
    assert.equal(await worker.text("GET", "/worker/counts"), "3 0");
    await worker.text("POST", "/worker/release");
    await worker.events.reached(waiting, "succeeded");
  });
});
