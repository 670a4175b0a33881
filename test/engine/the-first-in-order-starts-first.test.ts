import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepResult } from "../../src/core/job-state.ts";
import type { SubmitOptions } from "../../src/ports/job.ts";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { Gate, ScriptedJob, type ScriptedStep } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { idOf, savedRecordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

const higher = { priority: 1 };
const both = { perType: { scripted: 1 }, perKey: { k: 1 } };

void describe("of jobs that may start at one moment, the first in order starts first", () => {
  void it("when their delays end", async () => {
    await using engine = await openTestEngine();
    const names: string[] = [];
    await note(engine, names, "lower", { startAfterMs: 100 });
    await note(engine, names, "higher", { startAfterMs: 100, priority: 1 });
    await engine.advance(100);
    assert.deepEqual(names, ["higher", "lower"]);
  });

  void it("when their retries are due", async () => {
    await using engine = await openTestEngine();
    const names: string[] = [];
    const steps = (name: string): ScriptedStep[] => [
      { kind: "retry", afterMs: 100 },
      () => names.push(name) > 0 && { kind: "success" },
    ];
    await engine.run({ steps: steps("lower") });
    await engine.run({ steps: steps("higher") }, { priority: 1 });
    await engine.drain();
    assert.deepEqual(names, []);
    await engine.advance(100);
    assert.deepEqual(names, ["higher", "lower"]);
  });

  void it("when their type is registered", async () => {
    const store = new StoreDouble([savedRecordOf(1, "lower"), savedRecordOf(2, "higher", higher)]);
    await using engine = await openTestEngine({ store });
    const names: string[] = [];
    revivesAs(engine.host(), names);
    await engine.drain();
    assert.deepEqual(names, ["higher", "lower"]);
  });

  void it("when their retries were due while the host was closed", async () => {
    const state = { kind: "retrying", dueAt: 1 } as const;
    const records = [
      savedRecordOf(1, "pending"),
      savedRecordOf(2, "due", { ...higher, state }),
      savedRecordOf(3, "due earlier", { state: { ...state, dueAt: 0 } }),
    ];
    const names: string[] = [];
    await using engine = await openTestEngine({
      store: new StoreDouble(records),
      start: (host) => revivesAs(host, names),
    });
    assert.equal(engine.info(idOf(2)).dueAt, null);
    await engine.drain();
    assert.deepEqual(names, ["due", "pending", "due earlier"]);
  });

  void it("when it gets its place of a type, and another that has not begun has that of its key", async () => {
    await using engine = await openTestEngine({ limits: both });
    const names: string[] = [];
    const open = await occupied(engine, "scripted", {});
    await note(engine, names, "admitted", { key: "k" }, "another");
    await note(engine, names, "higher", { key: "k", priority: 1 });
    await open();
    assert.deepEqual(names, ["higher", "admitted"]);
  });

  void it("when it gets its place of a key, and another that has not begun has that of its type", async () => {
    await using engine = await openTestEngine({ limits: both });
    const names: string[] = [];
    const open = await occupied(engine, "another", { key: "k" });
    await note(engine, names, "admitted", {});
    await note(engine, names, "higher", { key: "k", priority: 1 });
    await open();
    assert.deepEqual(names, ["higher", "admitted"]);
  });
});

/** Takes the only slot, until it is opened. */
async function occupied(
  engine: TestEngine,
  type: string,
  options: SubmitOptions,
): Promise<() => Promise<void>> {
  const gate = new Gate();
  await engine.run({ type, steps: [gate.before({ kind: "success" } as const)] }, options);
  await gate.reached;
  return () => {
    gate.open();
    return engine.drain();
  };
}

/** Jobs whose state is their name; it is noted when they start. */
function revivesAs(host: PluginHost, names: string[]): void {
  host.registerType("scripted", (_type, state) => {
    const name = new TextDecoder().decode(state);
    const step = (): StepResult => (names.push(name), { kind: "success" });
    return host.createJob(new ScriptedJob({ steps: [step] }).descriptor);
  });
}

// oxlint-disable-next-line max-params -- reads as a sentence
function note(
  engine: TestEngine,
  names: string[],
  name: string,
  options: SubmitOptions,
  type = "scripted",
): Promise<{ id: string }> {
  return engine.run({ type, steps: [() => names.push(name) > 0 && { kind: "success" }] }, options);
}
