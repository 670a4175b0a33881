import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { verification } from "../../src/dicom/uids.ts";
import { ctImageStorage, explicit, madeInstance } from "../support/made-instance.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { associate, store } from "../support/sender.ts";

const echo = [
  { id: 1, abstractSyntax: verification, transferSyntaxes: ["1.2.840.10008.1.2"] },
] as const;

async function connected(port: number, count: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, "127.0.0.1"));
  for (const socket of sockets) socket.on("error", () => {});
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  return sockets;
}

describe("who is only connected", () => {
  it("takes the place of no association", async () => {
    await using peer = await ReceivingPeer.listen({ maxAssociations: 2 });
    const idle = await connected(peer.port, 20);
    const association = await associate(peer.port, echo);
    assert.equal((await association.echo(1)).status, 0);
    const other = await associate(peer.port, echo);
    await assert.rejects(associate(peer.port, echo), /rejected/);
    await association.release();
    await other.release();
    for (const socket of idle) socket.destroy();
  });

  it("is hung up on if there are many more", async () => {
    await using peer = await ReceivingPeer.listen({ maxAssociations: 2 });
    const idle = await connected(peer.port, 130);
    const [more] = await connected(peer.port, 1);
    assert.ok(more !== undefined);
    more.resume();
    await once(more, "close", { signal: AbortSignal.timeout(10_000) });
    for (const socket of idle) socket.destroy();
  });
});

/** Milliseconds. Both ends share this process: a machine that is busy holds them for a while, too. */
const idleMs = 1_000;

describe("while an instance is written to the disk", () => {
  it("its association stays, though nothing comes for longer than it may", async () => {
    await using peer = await ReceivingPeer.listen({ idleMs });
    const receive = peer.receive.bind(peer);
    peer.receive = async (message) => {
      const reception = await receive(message);
      const slow = async (): Promise<number> => {
        await delay(2 * idleMs);
        return reception.finish();
      };
      return { ...reception, finish: slow };
    };
    const contexts = [{ id: 1, abstractSyntax: ctImageStorage, transferSyntaxes: [explicit] }];
    const association = await associate(peer.port, contexts);
    assert.equal((await store(association, madeInstance(), contexts)).status, 0);
    await association.release();
    assert.deepEqual(peer.troubles, []);
  });

  it("and ends after it, if the peer is silent then", async () => {
    await using peer = await ReceivingPeer.listen({ idleMs });
    const contexts = [{ id: 1, abstractSyntax: ctImageStorage, transferSyntaxes: [explicit] }];
    const association = await associate(peer.port, contexts);
    assert.equal((await store(association, madeInstance(), contexts)).status, 0);
    while (peer.troubles.length === 0) await delay(20);
    assert.match(String(peer.troubles[0]), /Nothing came from the peer/);
    association.abort();
  });
});
