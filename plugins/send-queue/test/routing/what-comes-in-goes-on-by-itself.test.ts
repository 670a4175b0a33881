import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { dressedInstance } from "../support/dressed-instance.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import type { MadeInstance } from "../support/made-instance.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { RoutedQueue, until } from "../support/routed-queue.ts";
import { associate, contextsFor, store } from "../support/sender.ts";

const ct = (study = "2.25.3"): MadeInstance =>
  dressedInstance({ 0x0008_0060: ["CS", "CT"], 0x0020_000d: ["UI", study] });
const mr = (): MadeInstance => dressedInstance({ 0x0008_0060: ["CS", "MR"] });

const arrived = (peer: ReceivingPeer): readonly string[] =>
  peer.received.map(({ message }) => message.sopInstance).toSorted();

describe("what comes in goes on by itself", () => {
  let pacs: ReceivingPeer;
  let vna: ReceivingPeer;
  let queue: RoutedQueue;
  let port = 0;

  before(async () => {
    pacs = await ReceivingPeer.listen();
    vna = await ReceivingPeer.listen();
    port = await freePort();
    queue = await RoutedQueue.open({
      peers: { pacs: pacs.port, vna: vna.port },
      more: { DicomServerEnabled: true, DicomPort: port },
      queue: {
        Rules: [
          { When: { Modality: "CT" }, To: ["pacs"] },
          { When: { CallingAet: "SENDQ", CalledAet: "PEER" }, To: ["vna"] },
        ],
      },
    });
  });
  after(async () => {
    await queue[Symbol.asyncDispose]();
    await pacs[Symbol.asyncDispose]();
    await vna[Symbol.asyncDispose]();
  });
  afterEach(() => {
    pacs.received.length = 0;
    vna.received.length = 0;
  });

  it("over REST, by what stands in it", async () => {
    const [one, other] = [ct(), mr()];
    await queue.take(one.file);
    await queue.take(other.file);
    await until("it has arrived", () => pacs.received.length > 0);
    assert.deepEqual(arrived(pacs), [one.sopInstance]);
    assert.deepEqual(pacs.received[0]?.bytes.equals(one.dataSet), true);
    assert.deepEqual(vna.received, []);
    const items = await queue.items();
    assert.equal(
      items.some(({ SOPInstanceUID: uid }) => uid === other.sopInstance),
      false,
    );
  });

  it("over C-STORE, by who calls whom, to each destination once", async () => {
    const instances = [ct("2.25.4"), ct("2.25.4"), mr()];
    const contexts = contextsFor(instances);
    const association = await associate(port, contexts);
    for (const one of instances) {
      assert.equal((await store(association, one, contexts)).status, 0);
    }
    await association.release();
    const all = instances.map(({ sopInstance }) => sopInstance).toSorted();
    await until("all have arrived", () => vna.received.length === 3 && pacs.received.length === 2);
    assert.deepEqual(arrived(vna), all);
  });

  it("but not if it is another instance than its sender says: that is neither kept nor sent", async () => {
    const [said, sent] = [ct(), ct()];
    const contexts = contextsFor([said]);
    const files = await queue.spooled();
    const association = await associate(port, contexts);
    const { status } = await store(association, { ...said, dataSet: sent.dataSet }, contexts);
    await association.release();
    assert.equal(status, 0xc000);
    assert.deepEqual(await queue.spooled(), files);
    const uids = new Set((await queue.items()).map(({ SOPInstanceUID: uid }) => uid));
    assert.deepEqual(
      [said, sent].filter(({ sopInstance }) => uids.has(sopInstance)),
      [],
    );
  });

  it("by one job for each study and destination", async () => {
    const study = "2.25.99";
    const jobs = queue.jobs().length;
    for (let count = 0; count < 20; count += 1) await queue.take(ct(study).file);
    await until("all have arrived", () => pacs.received.length === 20);
    assert.equal(queue.jobs().length, jobs + 1);
    const job = queue.jobs().at(-1);
    await until("it has ended", () => queue.host.jobInfo(job?.id ?? "").state === "succeeded");
    assert.equal(queue.host.jobInfo(job?.id ?? "").content["SentInstancesCount"], 20);
  });

  it("but not again if its bytes are there already", async () => {
    const one = ct("2.25.5");
    await queue.take(one.file);
    await until("it has arrived", () => pacs.received.length === 1);
    await queue.take(one.file);
    const changed = dressedInstance(
      { 0x0008_0060: ["CS", "CT"], 0x0008_103e: ["LO", "changed"] },
      one.sopInstance,
    );
    await queue.take(changed.file);
    await until("the change has arrived", () => pacs.received.length === 2);
    assert.equal(pacs.received[1]?.bytes.equals(changed.dataSet), true);
  });
});
