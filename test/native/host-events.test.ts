import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { StepResult, type EngineEvent, type Host, type Plugin } from "../../src/index.ts";
import { findBinding } from "../../src/native/binding.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { eventually } from "./support/host-eventually.ts";
import { ServicesHost } from "./support/host-services.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.library("services")));
after(() => workshop.remove());

const numbers = { submitted: 1, changed: 2, progressed: 4, forgotten: 8 } as const;
const states = ["", "pending", "running", "succeeded", "failed", "paused", "retrying"];

/** What plugins/services.c writes of an event. */
function line(event: EngineEvent): readonly string[] {
  if (event.kind === "logged" || event.kind === "reported") return [];
  if (event.kind === "forgotten") return [`8 0 0 0 ${event.id} `];
  const from = event.kind === "changed" ? states.indexOf(event.from) : 0;
  const { state, id, type } = event.job;
  return [`${numbers[event.kind]} ${from} ${states.indexOf(state)} 0 ${id} ${type}`];
}

async function runOne(host: Host): Promise<string> {
  const job = new ScriptedJob();
  job.end(StepResult.success);
  const id = await host.submit(job);
  await host.waitJob(id);
  return id;
}

for (const isolation of ["none", "process"] as const) {
  describe(`a listener of a native plugin (isolation: ${isolation})`, { timeout: 60_000 }, () => {
    it("hears of all jobs what an observer hears, in the same order", async () => {
      const seen: string[] = [];
      const observer = (event: EngineEvent): void => void seen.push(...line(event));
      await using one = await ServicesHost.open([{ path: library, isolation }], { observer });
      assert.equal(await one.status("POST", "subscribe?mask=15"), "OK");
      await one.host.deleteJob(await runOne(one.host));
      await one.text("POST", "fail?code=MINE");
      for (let job = 0; job < 200; job += 1) await runOne(one.host);
      await eventually(async () => (await one.heard()).length === seen.length);
      assert.deepEqual(await one.heard(), seen);
      assert.ok(seen.some((text) => text.startsWith("8 ")));
      assert.ok(seen.some((text) => text.endsWith(" services.work")));
    });

    it("hears from its subscription on, each event once, however many listen", async () => {
      for (const subscribes of [1, 2]) {
        await using one = await ServicesHost.open(
          [{ path: library, isolation }],
          {},
          { subscribes },
        );
        await one.host.waitJob(one.host.jobs()[0]?.id ?? "");
        await eventually(async () => (await one.heard()).length >= 3 * subscribes);
        const kinds = (await one.heard()).map((text) => text.split(" ").slice(0, 3).join(" "));
        const each = ["1 0 1", "2 1 2", "2 2 4"].flatMap((kind) => Array(subscribes).fill(kind));
        assert.deepEqual(kinds.toSorted(), each);
      }
    });

    it("hears only what it has asked for", async () => {
      await using one = await ServicesHost.open([{ path: library, isolation }]);
      assert.equal(await one.status("POST", "subscribe?mask=1"), "OK");
      const ids = [await runOne(one.host), await runOne(one.host)];
      await eventually(async () => (await one.heard()).length >= 2);
      assert.deepEqual(
        (await one.heard()).map((text) => text.split(" ")[4]),
        ids,
      );
    });

    it("that is slow holds up neither jobs, nor requests, nor the closing", async () => {
      await using one = await ServicesHost.open([{ path: library, isolation }]);
      for (let listener = 0; listener < 10; listener += 1) {
        assert.equal(await one.status("POST", "subscribe?mask=15&slow=1000"), "OK");
      }
      for (let job = 0; job < 100; job += 1) await runOne(one.host);
      assert.equal(await one.status("GET", "start"), "WRONG_THREAD");
      assert.ok((await one.heard()).length < 10);
    });

    it("is told nothing once its plugin, or the host, closes", async () => {
      const observed: EngineEvent[] = [];
      const late: Plugin = {
        name: "late",
        version: "1.0.0",
        start: () => {},
        stop: () => void observed.push({ kind: "forgotten", id: "stopped" }),
      };
      const one = await ServicesHost.open([late, library], { observer: (e) => observed.push(e) });
      await one.text("POST", "subscribe?mask=15&slow=20");
      for (let job = 0; job < 50; job += 1) await runOne(one.host);
      // Stop frees what the listener writes to: a call after it would crash.
      await one.close();
      assert.ok(observed.some((event) => event.kind === "forgotten" && event.id === "stopped"));
    });
  });
}

/** Counts what crosses to native listeners of the host that is opened next. */
function countTellEvents(): () => { readonly calls: number; readonly events: number } {
  const binding = findBinding();
  assert(binding !== null);
  const createCore = binding.createCore.bind(binding);
  const count = { calls: 0, events: 0 };
  binding.createCore = (options) => {
    binding.createCore = createCore;
    const core = createCore(options);
    const value: typeof core.tellEvents = (generation, events) => {
      count.calls += 1;
      count.events += events.length;
      Object.getPrototypeOf(core).tellEvents.call(core, generation, events);
    };
    return Object.defineProperty(core, "tellEvents", { value });
  };
  return () => ({ ...count });
}

describe("a native plugin's events, counted where the core is", { timeout: 60_000 }, () => {
  it("cost nothing while there is no listener, and one call for many of them", async () => {
    const calls = countTellEvents();
    const one = await ServicesHost.open([library]);
    for (let job = 0; job < 20; job += 1) await runOne(one.host);
    assert.deepEqual(calls(), { calls: 0, events: 0 });
    await one.text("POST", "subscribe?mask=15");
    const jobs = Array.from({ length: 500 }, () => new ScriptedJob());
    for (const job of jobs) job.end(StepResult.success);
    await Promise.all(jobs.map((job) => one.host.submit(job)));
    await eventually(() => calls().events >= 1_500);
    assert.ok(calls().calls * 5 < calls().events, JSON.stringify(calls()));
    await one.close();
  });
});
