import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobRun } from "../../src/ports/job.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const proceed = { kind: "continue" } as const;

void describe("a checkpoint", () => {
  void it("that a step takes is committed when it returns", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const seen: string[] = [];
    const step = async (run: JobRun): Promise<unknown> => {
      await run.checkpoint("half");
      seen.push(savedIn(store));
      return { kind: "success" };
    };
    const { id } = await engine.run({ steps: [step], getSerialized: () => "none" });
    await engine.until(id, "succeeded");
    assert.deepEqual(seen, ["half"]);
  });

  void it("that the store refuses is an error of the step", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const step = async (run: JobRun): Promise<unknown> => {
      store.refuse();
      await run.checkpoint("half");
      return { kind: "success" };
    };
    const { id } = await engine.run({ steps: [step], getSerialized: () => "none" });
    assert.equal((await engine.until(id, "failed")).error?.code, "STORE_FAILED");
  });

  void it("is taken between steps when the last one is older than 250 ms", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const { gate } = await stepping(engine, 251);
    assert.equal(savedIn(store), "1");
    gate.open();
  });

  void it("is not taken between steps before that", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const { gate } = await stepping(engine, 249);
    assert.equal(savedIn(store), "0");
    gate.open();
  });

  void it("between steps that the store refuses does no harm", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const { gate, id } = await stepping(engine, 251, () => store.refuse());
    assert.equal(savedIn(store), "0");
    await engine.advance(1_000);
    assert.equal(savedIn(store), "1");
    gate.open();
    await engine.until(id, "succeeded");
  });

  void it("of a job that is not serializable saves nothing", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const { id } = await engine.run({
      steps: [(run) => run.checkpoint("half").then(() => proceed)],
    });
    await engine.until(id, "succeeded");
    assert.equal([...store.records.values()][0]?.currentState, null);
  });
});

/** A job whose first step takes `ms` and whose second one is held. */
async function stepping(
  engine: TestEngine,
  ms: number,
  before: () => void = () => undefined,
): Promise<{ id: string; gate: Gate }> {
  const gate = new Gate();
  let steps = 0;
  const slow = async (): Promise<typeof proceed> => {
    await engine.advance(ms);
    steps += 1;
    before();
    return proceed;
  };
  const script = { steps: [slow, gate.before(proceed)], getSerialized: () => String(steps) };
  const { id } = await engine.run(script);
  await gate.reached;
  await engine.drain();
  return { id, gate };
}

function savedIn(store: StoreDouble): string {
  const [record] = store.records.values();
  return new TextDecoder().decode(record?.currentState ?? undefined);
}
