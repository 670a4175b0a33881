import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { commandField } from "../src/dicom/command.ts";
import { readRequest, reportOf, reportTo, type AskedFor } from "./support/commitment-messages.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until, type Answer } from "./support/routed-queue.ts";

describe("a request is answered for, if it wants to be", () => {
  let peer: ReceivingPeer;
  let queue: RoutedQueue;
  let port = 0;

  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
    port = await freePort();
    queue = await RoutedQueue.open({
      peers: { pacs: peer.port },
      more: {
        DicomServerEnabled: true,
        DicomPort: port,
        DicomWeb: { Servers: { cloud: { Url: "http://127.0.0.1:1/" } } },
      },
    });
  });
  afterEach(async () => {
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  const store = (id: string, more: object = {}): Promise<[number, Answer]> =>
    queue.call("POST", "/modalities/pacs/store", { Resources: [id], ...more });
  const asked = (): readonly AskedFor[] =>
    peer.received
      .filter(({ message }) => message.field === commandField.action)
      .map(({ bytes }) => readRequest(bytes));
  const uidsAsked = (): readonly string[] => asked().flatMap(({ instances }) => instances);
  const isPaused = (how: "pause" | "resume"): Promise<unknown> =>
    queue.call("POST", `/send-queue/destinations/pacs/${how}`);

  it("by a destination that is not asked by itself, and no other request is", async () => {
    const [wanted, other] = [madeInstance(), madeInstance()];
    assert.equal((await store(await queue.take(other.file)))[0], 200);
    const ordered = await store(await queue.take(wanted.file), { StorageCommitment: true });
    assert.equal(ordered[0], 200);
    await until("it is asked", () => asked().length === 1);
    assert.deepEqual(uidsAsked(), [wanted.sopInstance]);
    const states = (await queue.items()).map(({ Commitment: one }) => one);
    assert.deepEqual(states, [undefined, "Asked"]);
  });

  it("also if it was lost, and is sent again", async () => {
    const { sopInstance, file } = madeInstance();
    await store(await queue.take(file), { StorageCommitment: true });
    await until("it is asked", () => asked().length === 1);
    const [first = { transaction: "", instances: [] }] = asked();
    assert.equal(await reportTo(port, reportOf(first, { [sopInstance]: 0x0112 }), 2), 0);
    await until("it is asked again", () => asked().length === 2);
    const [, second = first] = asked();
    assert.deepEqual(second.instances, [sopInstance]);
    assert.equal(await reportTo(port, reportOf(second)), 0);
    assert.equal((await queue.items())[0]?.["Commitment"], "Committed");
  });

  it("for what another request sends already, or has sent", async () => {
    const [waits, sent] = [madeInstance(), madeInstance()];
    const [waiting, there] = [await queue.take(waits.file), await queue.take(sent.file)];
    assert.equal((await store(there))[0], 200);
    await isPaused("pause");
    await store(waiting, { Asynchronous: true });
    const order = { StorageCommitment: true, Asynchronous: true, RepushPolicy: "updates-only" };
    for (const id of [waiting, there]) assert.equal((await store(id, order))[0], 200);
    assert.deepEqual(
      (await queue.items()).map(({ State: state, Commitment: one }) => [state, one]),
      [
        ["Sent", "Wanted"],
        ["Pending", undefined],
      ],
    );
    await isPaused("resume");
    const both = [waits.sopInstance, sent.sopInstance].toSorted();
    await until("both are asked for", () => uidsAsked().length === 2);
    assert.deepEqual(uidsAsked().toSorted(), both);
  });

  it("not by a modality whose reports are not to be taken", async () => {
    const silent = { AET: "S", Host: "127.0.0.1", Port: peer.port, AllowStorageCommitment: false };
    assert.equal((await queue.call("PUT", "/modalities/silent", silent))[0], 200);
    const body = { Resources: [await queue.take(madeInstance().file)], StorageCommitment: true };
    const [status, answer] = await queue.call("POST", "/modalities/silent/store", body);
    assert.equal(status, 400);
    assert.match(String(answer["Details"]), /AllowStorageCommitment is false/);
    assert.deepEqual(await queue.items(), []);
  });

  it("not by a DICOMweb server, which cannot be asked", async () => {
    const body = { Resources: [await queue.take(madeInstance().file)], StorageCommitment: true };
    const [status, answer] = await queue.call("POST", "/dicom-web/servers/cloud/stow", body);
    assert.deepEqual([status, answer["Details"]], [400, "DICOMweb has no storage commitment."]);
    assert.deepEqual(await queue.items(), []);
  });
});
