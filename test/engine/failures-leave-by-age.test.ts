import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { savedRecordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

const hour = 3_600_000;
const day = 24 * hour;
const error = { code: "GAVE_UP", message: "as planned" };
const start = 1_700_000_000_000;

/** One of each, that ended so many milliseconds before the start. */
const failed = (count: number, age: number) =>
  savedRecordOf(count, "state", { state: { kind: "failed", error }, changedAt: start - age });
const succeeded = (count: number, age: number) =>
  savedRecordOf(count, "state", { state: { kind: "succeeded" }, changedAt: start - age });

void describe("a failed job", () => {
  void it("leaves the history and the store when it is too old; a success does not", async () => {
    const store = new StoreDouble([
      failed(1, 29 * day),
      failed(2, 28 * day),
      succeeded(3, 90 * day),
    ]);
    await using engine = await openTestEngine({ store, failedMaxAgeMs: 30 * day });
    await engine.advance(day - hour);
    assert.deepEqual(numbersOf(engine), [1, 2, 3]);
    await engine.advance(2 * hour);
    assert.deepEqual(numbersOf(engine), [2, 3]);
    assert.equal(store.records.size, 2);
    await engine.advance(day);
    assert.deepEqual(numbersOf(engine), [3]);
  });

  void it("stays for ever if nobody wants it to go", async () => {
    const store = new StoreDouble([failed(1, 1_000 * day)]);
    await using engine = await openTestEngine({ store, failedMaxAgeMs: 0 });
    await engine.advance(365 * day);
    assert.deepEqual(numbersOf(engine), [1]);
  });

  void it("that was resubmitted is young again", async () => {
    const store = new StoreDouble([failed(1, 30 * day - hour)]);
    await using engine = await openTestEngine({ store, failedMaxAgeMs: 30 * day });
    const [job] = engine.engine.jobs();
    await engine.host().resubmitJob(job?.id ?? "");
    await engine.advance(2 * hour);
    assert.deepEqual(numbersOf(engine), [1]);
  });

  void it("is not lost to a clock that is wrong for less than an hour", async () => {
    const store = new StoreDouble([failed(1, day)]);
    await using engine = await openTestEngine({ store, failedMaxAgeMs: 30 * day });
    await engine.advance(hour);
    engine.clock.jump(365 * day);
    await engine.advance(hour / 2);
    engine.clock.jump(-365 * day);
    await engine.advance(2 * hour);
    assert.deepEqual(numbersOf(engine), [1]);
  });

  void it("is not lost to a machine that boots with a wrong clock, which is set soon after", async () => {
    const store = new StoreDouble([failed(1, 365 * day)]);
    await using engine = await openTestEngine({ store, failedMaxAgeMs: 30 * day });
    await engine.advance(hour / 2);
    engine.clock.jump(-365 * day);
    await engine.advance(2 * hour);
    assert.deepEqual(numbersOf(engine), [1]);
  });

  void it("leaves when the clock stays where it was set", async () => {
    const store = new StoreDouble([failed(1, day)]);
    await using engine = await openTestEngine({ store, failedMaxAgeMs: 30 * day });
    engine.clock.jump(365 * day);
    await engine.advance(hour);
    assert.deepEqual(numbersOf(engine), [1]);
    await engine.advance(hour);
    assert.deepEqual(numbersOf(engine), []);
  });

  void it("with a short life leaves soon after it", async () => {
    await using engine = await openTestEngine({ failedMaxAgeMs: 20_000 });
    const { id } = await engine.run({ steps: ["failure"] });
    await engine.until(id, "failed");
    await engine.advance(19_000);
    assert.equal(engine.info(id).state, "failed");
    await engine.advance(4_000);
    assert.throws(() => engine.info(id), { code: "NOT_FOUND" });
  });
});

const numbersOf = ({ engine }: TestEngine): readonly number[] =>
  engine.jobs().map(({ id }) => Number(id.slice(-2)));
