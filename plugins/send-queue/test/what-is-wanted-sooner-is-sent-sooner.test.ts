import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { timestamp } from "../src/timestamp.ts";
import type { Entered } from "../src/queue/item.ts";
import { madeInstance } from "./support/made-instance.ts";
import { enterInto, queueInMemory } from "./support/queue-in-memory.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until, type Answer } from "./support/routed-queue.ts";

const tomorrow = "2999-01-01T00:00:00.000Z";
const nextYear = "3000-01-01T00:00:00.000Z";

describe("what is to be sent tomorrow and is wanted sooner", () => {
  let peer: ReceivingPeer;
  let queue: RoutedQueue;
  let id: string;
  let job: string;
  /** There is none before it is opened again. */
  let rules: { To: string[] }[];
  const { file, dataSet } = madeInstance();

  const store = async (more: object): Promise<[number, Answer]> =>
    queue.call("POST", "/modalities/pacs/store", { Resources: [id], ...more });
  const dues = async (): Promise<readonly unknown[]> =>
    (await queue.items("state=pending")).map(({ DueTime: due }) => due);
  const hasArrivedOnce = async (): Promise<void> => {
    const { state } = await queue.host.waitJob(job, { timeoutMs: 20_000 });
    assert.equal(state, "succeeded");
    assert.deepEqual(
      peer.received.map(({ bytes }) => bytes),
      [dataSet],
    );
  };

  const sleeps = (): Promise<void> =>
    until("it sleeps", () => queue.host.jobInfo(job).state === "retrying");

  beforeEach(async () => {
    rules = [];
    peer = await ReceivingPeer.listen();
    queue = await RoutedQueue.open({
      peers: { pacs: peer.port },
      queue: { Rules: rules },
    });
    id = await queue.take(file);
    const [status, answer] = await store({ NotBefore: tomorrow });
    assert.equal(status, 202);
    job = String(answer["ID"]);
    await sleeps();
  });
  afterEach(async () => {
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  it("is sent now, once, and whoever wants it is answered when it has arrived", async () => {
    assert.equal((await store({}))[0], 200);
    await hasArrivedOnce();
  });

  it("is sent now, once, when it comes again and a rule sends it", async () => {
    rules.push({ To: ["pacs"] });
    await queue.reopen();
    await sleeps();
    assert.deepEqual(await dues(), [timestamp(Date.parse(tomorrow))]);
    await queue.take(file);
    await hasArrivedOnce();
  });

  it("but not when it is wanted later", async () => {
    assert.equal((await store({ NotBefore: nextYear }))[0], 202);
    assert.deepEqual(await dues(), [timestamp(Date.parse(tomorrow))]);
    assert.equal(peer.received.length, 0);
  });
});

describe("what was tried and is wanted sooner", () => {
  it("waits as long as it has to", (test) => {
    const file = queueInMemory(test);
    const enter = (id: string, now: number, notBefore: number): Entered =>
      enterInto(file, id, ["a"], { now, notBefore });
    const due = (): number | undefined => file.reader.items({}, 1)[0]?.dueAt;
    enter("first", 1, 100);
    file.setJob("first", "job");
    assert.deepEqual([enter("second", 2, 50).hastened, due()], [["job"], 50]);
    const [item] = file.claim("first", 60, 1);
    const why = { code: "A900", sentence: "It did not take it." };
    file.settle(item?.id ?? 0, { kind: "retry", dueAt: 90, isAlone: false, why }, 60);
    assert.deepEqual([enter("third", 61, 61).hastened, due()], [undefined, 90]);
  });
});
