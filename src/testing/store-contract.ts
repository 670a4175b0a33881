import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type JobId, parseJobId } from "../core/job-id.ts";
import type { JobRecord, NewJobRecord } from "../core/job-record.ts";
import type { JobState } from "../core/job-state.ts";
import type { JobStore, StoreWrite } from "../ports/job-store.ts";

/** Somewhere to keep jobs, empty at first, for one test. */
export interface StorePlace extends AsyncDisposable {
  /** A store over this place. It is closed before another is made. */
  readonly store: () => JobStore;
}

/**
 * What every JobStore owes its engine, as tests: call it at the top of a test file. `newPlace`
 * answers a fresh, empty place each time; how it is removed is its own affair.
 */
export function storeContract(name: string, newPlace: NewPlace): void {
  void describe(name, () => {
    for (const [behaviour, run] of behaviours) {
      void it(behaviour, async () => {
        await using place = await newPlace();
        await run(place);
      });
    }
  });
}

/** What a store that says it is durable owes besides. */
export function durableStoreContract(name: string, newPlace: NewPlace): void {
  void describe(`${name}, after a restart`, () => {
    for (const [behaviour, run] of durableBehaviours) {
      void it(behaviour, () => durably(newPlace, run));
    }
  });
}

export type NewPlace = () => Promise<StorePlace>;

/** Closes the store that is open, if any, and opens the place anew. */
type Reopen = () => Promise<{ readonly store: JobStore; readonly records: readonly JobRecord[] }>;

const behaviours: readonly (readonly [string, (place: StorePlace) => Promise<void>])[] = [
  [
    "gives sequences that only grow, whether or not the writes are waited for",
    async (place) => {
      const store = place.store();
      assert.deepEqual(await store.open(), []);
      const sequences = range(20).flatMap((n) => [
        store.add(newRecord(n)).sequence,
        store.nextSequence(),
      ]);
      assert.equal(new Set(sequences).size, 40);
      assert.deepEqual(sequences, sorted(sequences));
      await store.close();
    },
  ],
  [
    "takes commits of nothing and of unknown jobs",
    async (place) => {
      const store = place.store();
      await store.open();
      await store.commit([]);
      await store.commit([{ kind: "delete", id: idOf(1) }]);
      await store.close();
    },
  ],
  [
    "answers what was handed over before it was closed, and may be closed again",
    async (place) => {
      const store = place.store();
      await store.open();
      const added = range(100).map((n) => store.add(newRecord(n)).committed);
      await Promise.all([store.close(), store.close()]);
      await Promise.all(added);
      await store.close();
    },
  ],
  [
    "may be closed before it was opened",
    async (place) => {
      await place.store().close();
    },
  ],
  [
    "keeps everything if it says that it is durable, otherwise nothing",
    async (place) => {
      const store = place.store();
      await store.open();
      await store.add(newRecord(1)).committed;
      await store.close();
      const next = place.store();
      const records = await next.open();
      await next.close();
      assert.equal(records.length, store.durable ? 1 : 0);
    },
  ],
];

async function durably(newPlace: NewPlace, run: (reopen: Reopen) => Promise<void>): Promise<void> {
  await using place = await newPlace();
  const opened: JobStore[] = [];
  try {
    await run(async () => {
      await opened.at(-1)?.close();
      const store = place.store();
      opened.push(store);
      assert.equal(store.durable, true);
      return { store, records: await store.open() };
    });
  } finally {
    await opened.at(-1)?.close();
  }
}

const durableBehaviours: readonly (readonly [string, (reopen: Reopen) => Promise<void>])[] = [
  ["finds jobs in every state as they were, however they were written", roundTrips],
  [
    "answers records by sequence",
    async (reopen) => {
      const { store } = await reopen();
      const added = range(20).map((n) => store.add(newRecord(n)));
      const moved = { ...newRecord(0), sequence: store.nextSequence() };
      await store.commit([put(moved)]);
      const { records } = await reopen();
      const sequences = records.map((record) => record.sequence);
      assert.deepEqual(sequences, sorted([...added.slice(1), moved].map((job) => job.sequence)));
    },
  ],
  [
    "goes on after the highest sequence there is",
    async (reopen) => {
      const { store } = await reopen();
      range(5).forEach((n) => void store.add(newRecord(n)));
      const highest = store.add(newRecord(5)).sequence;
      const next = await reopen();
      assert.ok(next.store.nextSequence() > highest);
      assert.ok(next.store.add(newRecord(6)).sequence > highest + 1);
    },
  ],
  [
    "keeps what was submitted when the job changes",
    async (reopen) => {
      const { store } = await reopen();
      const { sequence } = store.add(newRecord(1));
      const changed = { submittedState: bytes(9), currentState: bytes(8), content: "{}" };
      await store.commit([put({ ...newRecord(1), ...changed, sequence })]);
      const [record] = (await reopen()).records.map(withPlainBytes);
      assert.deepEqual(record?.submittedState, newRecord(1).submittedState);
      assert.deepEqual(record?.currentState, changed.currentState);
      assert.equal(record?.content, "{}");
    },
  ],
  [
    "applies what is handed over at once in that order",
    async (reopen) => {
      const { store } = await reopen();
      const { sequence, committed } = store.add(newRecord(1));
      const states: readonly JobState[] = [
        { kind: "running", requested: "nothing" },
        { kind: "paused" },
        { kind: "succeeded" },
      ];
      const changes = states.map((state) =>
        store.commit([put({ ...newRecord(1), sequence, state })]),
      );
      const gone = store.add(newRecord(2));
      changes.push(store.commit([{ kind: "delete", id: idOf(2) }]), committed, gone.committed);
      await Promise.all(changes);
      const { records } = await reopen();
      assert.deepEqual(
        records.map((record) => record.state.kind),
        ["succeeded"],
      );
    },
  ],
  [
    "writes all of a commit or nothing",
    async (reopen) => {
      const { store } = await reopen();
      const { sequence } = store.add(newRecord(1));
      // No store can keep two jobs at one place.
      const impossible = store.commit([
        { kind: "delete", id: idOf(1) },
        put({ ...newRecord(2), sequence: sequence + 1_000 }),
        put({ ...newRecord(3), sequence: sequence + 1_000 }),
      ]);
      const neighbour = store.add(newRecord(4));
      await assert.rejects(impossible, { name: "JobEngineError", code: "STORE_FAILED" });
      await neighbour.committed;
      const { records } = await reopen();
      assert.deepEqual(
        records.map((record) => record.id),
        [idOf(1), idOf(4)],
      );
    },
  ],
  [
    "does not take in by a later write a job it has refused",
    async (reopen) => {
      const { store } = await reopen();
      const refused = store.add({ ...newRecord(1), priority: 0.5 });
      const changed = store.commit([put({ ...newRecord(1), sequence: refused.sequence })]);
      await assert.rejects(refused.committed, { code: "STORE_FAILED" });
      await assert.rejects(changed, { code: "STORE_FAILED" });
      await store.add(newRecord(2)).committed;
      const { records } = await reopen();
      assert.deepEqual(
        records.map((record) => record.id),
        [idOf(2)],
      );
    },
  ],
  [
    "keeps the bytes as they were when they were handed over",
    async (reopen) => {
      const { store } = await reopen();
      const shared = new Uint8Array(new SharedArrayBuffer(16)).fill(7);
      const { committed } = store.add({ ...newRecord(1), currentState: shared.subarray(4, 6) });
      shared.fill(0);
      await committed;
      const [record] = (await reopen()).records.map(withPlainBytes);
      assert.deepEqual(record?.currentState, bytes(7, 7));
    },
  ],
];

async function roundTrips(reopen: Reopen): Promise<void> {
  const first = await reopen();
  const added = sampleRecords().map((record) => ({ record, answer: first.store.add(record) }));
  await Promise.all(added.map(({ answer }) => answer.committed));
  const expected = added.map(({ record, answer }) => placed(record, answer.sequence));
  const second = await reopen();
  assert.deepEqual(second.records.map(withPlainBytes), expected);
  // Written as changes of jobs that are there, all in other states, they are the same again.
  const blank = newRecord(0);
  const turned = expected.map(({ id, sequence }) => put({ ...blank, id, sequence }));
  await second.store.commit(turned);
  await second.store.commit(expected.map(put));
  assert.deepEqual((await reopen()).records.map(withPlainBytes), expected);
}

/** One job in each state, and between them every field at its odd values. */
function sampleRecords(): readonly NewJobRecord[] {
  const error = { code: "PEER_REFUSED", message: "café \0 — 日本語 🦄\nsecond line" };
  return [
    newRecord(1),
    { ...newRecord(2), state: pending, submittedState: null, currentState: null },
    { ...newRecord(3), state: { kind: "paused" }, priority: -(2 ** 31), type: "", plugin: "" },
    { ...newRecord(4), state: { kind: "retrying", dueAt: 1_800_000_000_000.5 }, lastError: error },
    { ...newRecord(5), state: { kind: "retrying", dueAt: -1 }, attempts: 2 ** 40 },
    { ...newRecord(6), state: { kind: "running", requested: "nothing" }, progress: 1 / 3 },
    { ...newRecord(7), state: { kind: "running", requested: "pause" }, runtimeMs: 1_234.56789 },
    { ...newRecord(8), state: { kind: "running", requested: "cancel" }, resetDue: true },
    { ...newRecord(9), state: { kind: "succeeded" }, progress: 1, outputs: [] },
    {
      ...newRecord(10),
      priority: 2 ** 31 - 1,
      state: { kind: "failed", error },
      submittedState: bytes(),
    },
    {
      ...newRecord(11),
      state: { kind: "failed", error: { code: "", message: "", details: null } },
      progress: 0,
    },
    { ...newRecord(12), key: null, startAt: null, userData: null },
    { ...newRecord(13), key: "", startAt: -1, userData: '["naïve"]' },
  ];
}

/** A pending job with something in every field. */
function newRecord(n: number): NewJobRecord {
  return {
    id: idOf(n),
    type: "hello.count",
    plugin: "hello",
    priority: 3,
    key: "modality:PACS1",
    startAt: 1_795_000_060_000,
    userData: '{"ticket":7}',
    state: { kind: "pending" },
    createdAt: 1_795_000_000_000,
    changedAt: 1_795_000_000_001,
    attempts: 1,
    failures: [{ attempt: 1, at: 1_800_000_000_000, code: "A", message: "naïve" }],
    lastError: {
      code: "STEP_FAILED",
      message: "the peer hung up",
      details: { retries: [1, null] },
    },
    retry: { maxAttempts: 5, firstDelayMs: 0.5, factor: 1.5, capMs: 60_000, jitter: 0.2 },
    stepTimeoutMs: 0.5,
    runtimeMs: 12,
    progress: 0.25,
    content: '{"Description":"naïve"}',
    outputs: [{ key: "a.csv", mime: 'text/csv; header="x"', size: 2 ** 40, file: "f.1" }],
    canReset: true,
    resetDue: false,
    submittedState: bytes(0, 1, 255),
    currentState: bytes(2, 0),
  };
}

function idOf(n: number): JobId {
  const id = parseJobId(`00000000-0000-4000-8000-${String(n).padStart(12, "0")}`);
  assert.ok(id !== null);
  return id;
}

const placed = (record: NewJobRecord, sequence: number): JobRecord => ({ ...record, sequence });

/** The same record whether a store answers Buffers or plain bytes. */
function withPlainBytes(record: JobRecord): JobRecord {
  const { submittedState, currentState } = record;
  return {
    ...record,
    submittedState: submittedState === null ? null : new Uint8Array(submittedState),
    currentState: currentState === null ? null : new Uint8Array(currentState),
  };
}

const pending: JobState = { kind: "pending" };

const put = (record: JobRecord): StoreWrite => ({ kind: "put", record });

const bytes = (...values: readonly number[]): Uint8Array => new Uint8Array(values);

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
