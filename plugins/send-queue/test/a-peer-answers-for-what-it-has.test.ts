import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandField } from "../src/dicom/command.ts";
import { readRequest, reportOf, reportTo, type AskedFor } from "./support/commitment-messages.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

const made = (count: number): ReturnType<typeof madeInstance>[] =>
  Array.from({ length: count }, () => madeInstance());

/** A peer that keeps what it is sent and asked. */
const askedOf = ({ received }: ReceivingPeer): readonly AskedFor[] =>
  received
    .filter(({ message }) => message.field === commandField.action)
    .map(({ bytes }) => readRequest(bytes));
const storedBy = ({ received }: ReceivingPeer): readonly string[] =>
  received
    .filter(({ message }) => message.field === commandField.store)
    .map(({ message }) => message.sopInstance);

const open = async (
  peer: ReceivingPeer,
  rules: object = {},
): Promise<{ readonly queue: ServedQueue; readonly port: number }> => {
  const port = await freePort();
  const queue = await ServedQueue.open(
    { pacs: peer.port },
    { Defaults: { StorageCommitment: true, ...rules } },
    { DicomServerEnabled: true, DicomPort: port },
  );
  return { queue, port };
};
const commitments = async (queue: ServedQueue): Promise<readonly unknown[]> =>
  (await queue.items("destination=pacs")).map(({ Commitment: one }) => one);
const isAll = async (queue: ServedQueue, state: string): Promise<boolean> =>
  (await commitments(queue)).every((one) => one === state);

describe("a peer answers for what it has", () => {
  it("on an association of its own, also after a restart of ours", async () => {
    await using peer = await ReceivingPeer.listen();
    const opened = await open(peer);
    await using queue = opened.queue;
    const instances = made(3);
    const { state } = await queue.host.waitJob(await queue.send("pacs", instances));
    assert.equal(state, "succeeded");
    await until("it is asked", () => askedOf(peer).length === 1);
    await queue.reopen();
    assert.equal(await isAll(queue, "Asked"), true);
    const [asked = { transaction: "", instances: [] }] = askedOf(peer);
    assert.deepEqual(
      asked.instances.toSorted(),
      instances.map(({ sopInstance }) => sopInstance).toSorted(),
    );
    const stranger = reportOf({ ...asked, transaction: "2.25.1" });
    assert.equal(await reportTo(opened.port, stranger), 0x0112);
    assert.equal(await isAll(queue, "Asked"), true);
    assert.equal(await reportTo(opened.port, reportOf(asked)), 0);
    assert.equal(await isAll(queue, "Committed"), true);
    assert.equal(storedBy(peer).length, 3);
    assert.equal(askedOf(peer).length, 1);
  });

  it("only what it lacks is sent again, and what it never takes is an error", async () => {
    await using peer = await ReceivingPeer.listen();
    const opened = await open(peer);
    await using queue = opened.queue;
    const [kept, lost, other] = made(3);
    assert.ok(kept !== undefined && lost !== undefined && other !== undefined);
    await queue.host.waitJob(await queue.send("pacs", [kept, lost, other]));
    await until("it is asked", () => askedOf(peer).length === 1);
    const [first = { transaction: "", instances: [] }] = askedOf(peer);
    const report = reportOf(first, { [lost.sopInstance]: 0x0112, [other.sopInstance]: 0x0119 });
    assert.equal(await reportTo(opened.port, report, 2), 0);
    await until("what was lost is asked for again", () => askedOf(peer).length === 2);
    assert.deepEqual(storedBy(peer).slice(3), [lost.sopInstance]);
    const [, second = first] = askedOf(peer);
    assert.deepEqual(second.instances, [lost.sopInstance]);
    assert.notEqual(second.transaction, first.transaction);
    assert.equal(await reportTo(opened.port, reportOf(second)), 0);
    const items = await queue.items("destination=pacs");
    assert.deepEqual(
      items.map(({ State, Commitment: commitment, ErrorCode: code }) => [State, commitment, code]),
      [
        ["Sent", "Committed", undefined],
        ["Sent", "Committed", "commitment 0112"],
        ["Failed", undefined, "commitment 0119"],
      ],
    );
  });

  it("what it lacks is sent again at once, although its job sleeps until another is due", async () => {
    await using peer = await ReceivingPeer.listen();
    const [lost, other] = made(2);
    assert.ok(lost !== undefined && other !== undefined);
    peer.answer = ({ sopInstance }) => (sopInstance === other.sopInstance ? 0x0110 : 0);
    // Seconds; nobody waits for so long.
    const opened = await open(peer, { Concurrency: 1, InstanceRetries: [600] });
    await using queue = opened.queue;
    const job = await queue.send("pacs", [lost, other]);
    await until("it is asked", () => askedOf(peer).length === 1);
    await until("it sleeps", () => queue.host.jobInfo(job).state === "retrying");
    const [first = { transaction: "", instances: [] }] = askedOf(peer);
    const report = reportOf(first, { [lost.sopInstance]: 0x0112 });
    assert.equal(await reportTo(opened.port, report, 2), 0);
    await until("it is sent again", () => storedBy(peer).length === 3);
    assert.equal(storedBy(peer)[2], lost.sopInstance);
  });

  it("is asked again with another number when its report never comes", async () => {
    await using peer = await ReceivingPeer.listen();
    const opened = await open(peer, { CommitmentTimeout: "1s" });
    await using queue = opened.queue;
    await queue.host.waitJob(await queue.send("pacs", made(2)));
    await until("it is asked twice", () => askedOf(peer).length >= 2);
    const [first, second] = askedOf(peer);
    assert.ok(first !== undefined && second !== undefined);
    assert.deepEqual(second.instances, first.instances);
    assert.notEqual(second.transaction, first.transaction);
    assert.equal(storedBy(peer).length, 2);
  });

  it("is not asked in vain all the time if it does not know how", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.accepts = ({ abstractSyntax, transferSyntaxes: [first] }) =>
      abstractSyntax === "1.2.840.10008.1.20.1" ? "" : (first ?? null);
    let associations = 0;
    peer.admit = () => {
      associations += 1;
      return null;
    };
    const opened = await open(peer, { Concurrency: 1 });
    await using queue = opened.queue;
    const { state } = await queue.host.waitJob(await queue.send("pacs", made(1)));
    assert.equal(state, "succeeded");
    await until("it was asked", () => associations === 2);
    const later = Date.now() + 2_500;
    await until("more than two rounds are over", () => Date.now() > later);
    assert.equal(associations, 2);
    assert.equal(await isAll(queue, "Wanted"), true);
  });
});
