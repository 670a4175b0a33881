import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { encodeAbort, encodeAssociateReject } from "../src/dicom/encode-pdu.ts";
import type { Rejection } from "../src/dicom/pdu.ts";
import { FaultyPeer, type Behaviour } from "./support/faulty-peer.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";

const rejecting = (result: number, source: number, reason: number): Behaviour => {
  const rejection: Rejection = { result, source, reason };
  return { greet: ({ socket }) => socket.end(encodeAssociateReject(rejection)) !== null };
};

const saying = (bytes: Buffer): Behaviour => ({
  greet: ({ socket }) => socket.write(bytes) || true,
});

/** What a peer does with every association, how the destination stands then, and what it says of it. */
const faults: readonly (readonly [string, Behaviour, string, RegExp])[] = [
  ["is congested", rejecting(2, 3, 1), "Backoff", /rejected 2\/3\/1/],
  ["has as many as it takes", rejecting(2, 3, 2), "Backoff", /rejected 2\/3\/2/],
  ["rejects without a reason", rejecting(1, 1, 1), "Backoff", /rejected 1\/1\/1/],
  ["does not know us", rejecting(1, 1, 3), "Misconfigured", /rejected 1\/1\/3/],
  ["is not who we called", rejecting(1, 1, 7), "Misconfigured", /rejected 1\/1\/7/],
  ["knows no context of DICOM", rejecting(1, 1, 2), "Misconfigured", /rejected 1\/1\/2/],
  ["has another version", rejecting(1, 2, 2), "Misconfigured", /rejected 1\/2\/2/],
  ["aborts at once", saying(encodeAbort(2, 0)), "Backoff", /A-ABORT/],
  ["says garbage", saying(Buffer.alloc(5_000, 0xa5)), "Backoff", /PROTOCOL/],
  ["says half a unit and ends", halfAUnit(), "Backoff", /in the middle of a unit/],
  ["ends without a word", ending(), "Backoff", /without a release/],
  ["crashes", { greet: (wire) => (wire.reset(), true) }, "Backoff", /ECONNRESET/],
  ["says nothing", { greet: () => true }, "Backoff", /TIMED_OUT/],
];

describe("a peer that is none costs no instance an attempt, and is sent to when it has recovered", () => {
  let peer: FaultyPeer;
  let host: QueueHost;

  before(async () => {
    peer = await FaultyPeer.listen();
    // Seconds: one says nothing, and is waited for.
    const defaults = { Timeouts: { Association: 3 } };
    host = await QueueHost.open({ pacs: peer.port }, { defaults });
  });
  after(async () => {
    await host[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  for (const [name, behaviour, state, error] of faults) {
    it(`if it ${name}`, async () => {
      peer.behaviour = behaviour;
      const instances = [madeInstance(explicit, 1_000), madeInstance(explicit, 1_000)];
      // What rests from before would still be sent on.
      await host.call("POST", "/send-queue/destinations/pacs/probe");
      await host.send("pacs", instances);
      const held = await host.until("pacs", (one) => one.State !== "Ready");
      assert.equal(held.State, state);
      assert.match(held.LastError ?? "", error);
      assert.equal(held.Pending, 2);
      peer.behaviour = {};
      await host.call("POST", "/send-queue/destinations/pacs/flush");
      await host.until("pacs", ({ Pending: pending }) => pending === 0);
      const items = await host.items();
      for (const { sopInstance } of instances) {
        const item = items.find(({ SOPInstanceUID: uid }) => uid === sopInstance);
        assert.deepEqual([item?.State, item?.Attempts], ["Sent", 0]);
        assert.equal(peer.counts.get(sopInstance), 1);
      }
    });
  }
});

describe("a web server that is taken for a peer costs no instance an attempt", () => {
  it("and is tried again", async () => {
    const server = createServer((_request, response) => response.end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await using other = await QueueHost.open({ web: port });
    await other.send("web", [madeInstance()]);
    const held = await other.until("web", ({ State: state }) => state !== "Ready");
    assert.equal(held.State, "Backoff");
    assert.match(held.LastError ?? "", /PROTOCOL|without a release|ECONNRESET/);
    assert.deepEqual(
      (await other.items()).map(({ Attempts: attempts }) => attempts),
      [0],
    );
    server.close();
  });
});

function halfAUnit(): Behaviour {
  return { greet: ({ socket }) => socket.end(Buffer.from([2, 0, 0, 0, 0, 200, 0, 1])) !== null };
}

function ending(): Behaviour {
  return { greet: ({ socket }) => socket.end() !== null };
}
