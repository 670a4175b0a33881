import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobId } from "../../src/core/job-id.ts";
import { Departures } from "../../src/engine/departures.ts";
import type { JobRun } from "../../src/ports/job.ts";
import { Gate } from "../../src/testing/index.ts";
import { temporaryFolder } from "../adapters/stores/temporary-folder.ts";
import {
  openTestEngine,
  type TestEngine,
  type TestEngineOptions,
} from "../support/engine-harness.ts";
import { filesOf } from "../support/files-of.ts";
import { idOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

const getSerialized = (): string => "state";

async function report(run: JobRun): Promise<unknown> {
  await run.putOutput("report", "text/plain", "text");
  return { kind: "continue" };
}

interface Ended extends AsyncDisposable {
  readonly engine: TestEngine;
  readonly store: StoreDouble;
  /** In the order in which they ended. */
  readonly ids: readonly string[];
  /** What was handed over since. */
  readonly handed: () => readonly (readonly string[])[];
}

/** Four jobs that succeed in one turn, of which a host keeps two. The store answers nothing. */
async function fourSuccesses(kept = 2, options: TestEngineOptions = {}): Promise<Ended> {
  const store = new StoreDouble();
  const history = { succeeded: kept };
  const engine = await openTestEngine({ store, slots: 4, history, ...options });
  const gate = new Gate();
  const ids: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    const steps = [report, gate.before({ kind: "success" } as const)];
    const { id, job } = await engine.run({ getSerialized, steps });
    ids.push(id);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    while (job.steps < 2) await engine.drain();
  }
  // Their starts are written.
  await engine.advance(20);
  store.hold();
  const before = store.handed.length;
  gate.open();
  await engine.drain();
  return {
    engine,
    store,
    ids,
    handed: () => store.handed.slice(before),
    [Symbol.asyncDispose]: () => {
      store.release();
      return engine[Symbol.asyncDispose]();
    },
  };
}

const stored = ({ records }: StoreDouble): readonly string[] => [...records.keys()];

const happened = ({ events }: TestEngine, wanted: readonly string[]): readonly string[] =>
  events.flatMap((event) => {
    if (event.kind === "forgotten")
      return wanted.includes(event.id) ? [`forgotten ${event.id}`] : [];
    if (event.kind !== "changed" || event.job.state !== "succeeded") return [];
    return [`succeeded ${event.job.id}`];
  });

void describe("successes that more follow in their batch than are kept", () => {
  void it("are deleted with their end, in one transaction with those that are kept", async () => {
    await using ended = await fourSuccesses();
    const { engine, store, ids, handed } = ended;
    const [first, second, third, fourth] = ids;
    const batch = [`delete ${first}`, `delete ${second}`, `put ${third}`, `put ${fourth}`];
    assert.deepEqual(handed(), [batch]);
    store.release();
    await engine.drain();
    assert.deepEqual(handed(), [batch]);
    assert.deepEqual(stored(store), ids.slice(2));
  });

  void it("are told after the commit, in their order, and then forgotten", async () => {
    await using ended = await fourSuccesses();
    const { engine, store, ids } = ended;
    assert.deepEqual(happened(engine, ids), []);
    assert.deepEqual(
      ids.map((id) => engine.info(id).state),
      Array(4).fill("running"),
    );
    store.release();
    await engine.drain();
    assert.deepEqual(happened(engine, ids), [
      ...ids.map((id) => `succeeded ${id}`),
      ...ids.slice(0, 2).map((id) => `forgotten ${id}`),
    ]);
    for (const id of ids.slice(0, 2)) assert.throws(() => engine.info(id), { code: "NOT_FOUND" });
    for (const id of ids.slice(2)) assert.equal(engine.info(id).state, "succeeded");
  });

  void it("are all of them where none are kept", async () => {
    await using ended = await fourSuccesses(0);
    const { engine, store, ids, handed } = ended;
    assert.deepEqual(handed(), [ids.map((id) => `delete ${id}`)]);
    store.release();
    await engine.drain();
    assert.deepEqual(stored(store), []);
  });

  void it("are answered to who waits for them", async () => {
    await using ended = await fourSuccesses();
    const { engine, store, ids } = ended;
    const ends = ids.map((id) => engine.host().waitJob(id));
    store.release();
    for (const end of await Promise.all(ends)) assert.equal(end.state, "succeeded");
  });

  void it("push those out that were kept before", async () => {
    await using ended = await fourSuccesses();
    const { engine, store, ids } = ended;
    store.release();
    await engine.drain();
    const { id } = await engine.run({ getSerialized });
    await engine.until(id, "succeeded");
    await engine.drain();
    assert.deepEqual(stored(store), [ids[3], id]);
  });

  void it("are not shown either if one of those that follow is deleted meanwhile", async () => {
    await using ended = await fourSuccesses();
    const { engine, store, ids } = ended;
    engine.engine.observe((event) => {
      const isThird = event.kind === "changed" && event.job.id === ids[2];
      if (isThird) void engine.engine.deleteJob(String(ids[2]));
    });
    store.release();
    await engine.drain();
    assert.deepEqual(stored(store), ids.slice(3));
    assert.deepEqual(engine.engine.jobIds(), ids.slice(3));
  });

  void it("take their outputs along", async () => {
    await using folder = await temporaryFolder();
    await using ended = await fourSuccesses(2, { outputs: folder.path });
    const { engine, store, ids } = ended;
    await filesOf(folder.path, 4);
    store.release();
    await engine.drain();
    await filesOf(folder.path, 2);
    for (const id of ids.slice(2)) assert.equal(engine.info(id).outputs.length, 1);
  });
});

void describe("when the store refuses them", () => {
  void it("they are in the store as those that are kept are, until all are told", async () => {
    await using ended = await fourSuccesses();
    const { engine, store, ids, handed } = ended;
    store.answer("refused");
    await engine.drain();
    await engine.advance(1_000);
    assert.deepEqual(
      handed().slice(1),
      ids.map((id) => [`put ${id}`]),
    );
    store.release();
    await engine.drain();
    assert.deepEqual(stored(store), ids.slice(2));
    assert.deepEqual(
      happened(engine, ids).filter((told) => told.startsWith("succeeded")),
      ids.map((id) => `succeeded ${id}`),
    );
  });
});

void describe("one that is deleted before its end is committed", () => {
  void it("does not count if its end was not even sent", () => {
    const [first, second, third] = [idOf(1), idOf(2), idOf(3)];
    const departures = new Departures(2);
    for (const id of [first, second, third]) departures.ended(id);
    departures.forget(second);
    assert.deepEqual(departures.leave(), []);
  });

  void it("does not count for those that follow", async () => {
    await using ended = await fourSuccesses();
    const { engine, store, ids, handed } = ended;
    const [first] = ids;
    const answered = engine.host().deleteJob(String(first));
    await engine.drain();
    assert.deepEqual(handed().at(-1), [`delete ${first}`]);
    store.release();
    await answered;
    await engine.drain();
    assert.deepEqual(stored(store), ids.slice(2));
    assert.ok(store.records.has(ids[3] as JobId));
  });
});
