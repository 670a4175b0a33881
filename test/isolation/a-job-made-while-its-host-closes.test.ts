import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StepResult } from "../../src/sdk.ts";
import { eventually } from "../native/support/host-eventually.ts";
import { HurriedHost } from "./support/hurried-host.ts";

type Counts = Record<"asked" | "finalized", number>;

const countsOf = async (host: HurriedHost): Promise<Counts> =>
  (await host.request("GET /latecomer/counts")) as Counts;

/** Submits a job whose step lasts until the answer is called, whatever the host does meanwhile. */
async function occupy(host: HurriedHost): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const step = (): Promise<StepResult> => promise.then(() => StepResult.success);
  const busy = host.engine.createJob("busy", { type: "busy", payload: {}, step });
  const id = await host.engine.submitJob("busy", busy);
  await host.until(id, ({ state }) => state === "running");
  return resolve;
}

for (const kind of ["thread", "process"] as const) {
  describe(`a job that a plugin makes while its host closes, ${kind}`, { timeout: 60_000 }, () => {
    it("of content, is refused and finalized", async () => {
      const host = new HurriedHost({ slots: 1 });
      await host.add("latecomer", { kind });
      await host.begin();
      const release = await occupy(host);
      const made = host.engine.createJobFrom({ type: "late", plugin: null, content: {} });
      await eventually(async () => (await countsOf(host)).asked === 1);
      const closed = host.close();
      const refused = assert.rejects(made, { code: "CLOSING" });
      await host.request("POST /latecomer/go");
      await refused;
      await eventually(async () => (await countsOf(host)).finalized === 1);
      release();
      await closed;
    });

    it("of its saved state, is finalized and stays pending", async () => {
      const host = new HurriedHost({ slots: 2, maxPayloads: 1 });
      await host.add("latecomer", { kind });
      await host.begin();
      const [release, leave] = [await occupy(host), await occupy(host)];
      for (let count = 0; count < 2; count += 1) await host.request("POST /latecomer");
      // One of the two is parked: its payload is made again when it gets a slot.
      await eventually(async () => (await countsOf(host)).finalized === 1);
      leave();
      await eventually(async () => (await countsOf(host)).asked === 1);
      const { finalized: before } = await countsOf(host);
      const closed = host.close();
      await host.request("POST /latecomer/go");
      await eventually(async () => (await countsOf(host)).finalized === before + 1);
      release();
      await closed;
      const late = host.engine.jobs().filter(({ type }) => type === "late");
      assert.deepEqual(late.map(({ state }) => state).toSorted(), ["pending", "succeeded"]);
    });
  });
}
