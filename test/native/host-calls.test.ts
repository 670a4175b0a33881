import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { answers, assertAnswered, CallerHost, callsIn, getters } from "./support/host-caller.ts";
import { eventually } from "./support/host-eventually.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("caller")));
after(() => workshop.remove());

const stores = {
  memory: () => ({ kind: "memory" }) as const,
  sqlite: (name: string) => ({ kind: "sqlite", path: workshop.file(`${name}.db`) }) as const,
};

describe("a native plugin calls the host", { timeout: 60_000 }, () => {
  for (const [kind, store] of Object.entries(stores)) {
    it(`from its route, its thread and what these submit (${kind})`, async () => {
      await using one = await CallerHost.open(library, store("route"));
      const target = await one.post("target");
      await one.events.reached(target, "running");
      await one.post("thread");
      await one.post("route");
      await assertAnswered(one, "thread", "route", "free-finalize");
      await one.post("release");
    });

    it(`from every callback of a job that succeeds (${kind})`, async () => {
      await using one = await CallerHost.open(library, store("callbacks"));
      await one.events.reached(await one.post("target"), "running");
      await one.host.waitJob(await one.post("jobs"));
      await finalized(one);
      const inSubmit = getters.map((getter) => `submit-${getter}`);
      await assertAnswered(one, ...inSubmit, "step", ...getters, "stop", "finalize");
      await one.post("release");
    });

    it(`from revive and reset, when a job is submitted again (${kind})`, async () => {
      await using one = await CallerHost.open(library, store("reset"));
      await one.events.reached(await one.post("target"), "running");
      const id = await one.post("jobs?fails=1");
      assert.equal((await one.host.waitJob(id)).state, "failed");
      await one.host.resubmitJob(id);
      assert.equal((await one.host.waitJob(id)).state, "succeeded");
      const calls = await one.calls();
      for (const place of ["revive", "reset"]) {
        assert.deepEqual(calls.get(place), [{ ...answers, wait: "WRONG_THREAD" }], place);
      }
      await one.post("release");
    });

    it(`from start, on the loop thread, and from getters there (${kind})`, async () => {
      const calls = workshop.file(`start-${kind}.calls`);
      {
        await using one = await CallerHost.open(library, store("start"), { onStart: 1, calls });
        await one.post("release");
      }
      const told = callsIn(readFileSync(calls, "utf8"));
      for (const place of ["loop-start", ...getters.map((getter) => `loop-submit-${getter}`)]) {
        assert.equal(told.get(place)?.length, 1, place);
        const { wait, ...others } = told.get(place)?.[0] ?? {};
        assert.equal(wait, "WRONG_THREAD");
        // The target waits for the host to begin: a pause of it is no request.
        assert.deepEqual(others, answers, place);
      }
    });

    it(`from callbacks while the host closes (${kind})`, async () => {
      const calls = workshop.file(`close-${kind}.calls`);
      {
        await using one = await CallerHost.open(library, store("close"), { calls });
        for (let slot = 0; slot < 3; slot += 1) await one.post("target");
        for (let job = 0; job < 20; job += 1) await one.post("jobs");
      }
      const told = [...callsIn(readFileSync(calls, "utf8")).values()].flat();
      const allowed = new Set(["CLOSING", "WRONG_THREAD", "OK", "WRONG_STATE", "NOT_FOUND"]);
      const others = told.flatMap((line) => Object.values(line)).filter((one) => !allowed.has(one));
      assert.deepEqual(others, []);
      assert.ok(told.some(({ submit }) => submit === "CLOSING"));
    });
  }

  it("about the job whose step it is in", async () => {
    await using one = await CallerHost.open(library, stores.memory());
    const id = await one.post("self");
    await one.events.reached(id, "paused");
    await one.host.resumeJob(id);
    assert.equal((await one.host.waitJob(id)).state, "succeeded");
  });
});

/** The finalize of the caller has made its calls. */
async function finalized(one: CallerHost): Promise<void> {
  await eventually(async () => (await one.calls()).has("finalize"));
}
