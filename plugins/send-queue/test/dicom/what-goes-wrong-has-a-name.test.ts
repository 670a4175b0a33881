import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  answerBit,
  commandField,
  element,
  encodeCommand,
  noDataSet,
} from "../../src/dicom/command.ts";
import { framesOf } from "../../src/dicom/data-blocks.ts";
import { dataSetInMemory } from "../../src/dicom/data-set.ts";
import { encodeAbort, encodeAssociateAccept } from "../../src/dicom/encode-pdu.ts";
import { PeerError, type PeerTrouble } from "../../src/dicom/peer-error.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { explicit, ctImageStorage, madeInstance } from "../support/made-instance.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { associate, contextsFor, store } from "../support/sender.ts";

const instance = madeInstance(explicit, 50_000);
const contexts = contextsFor([instance]);

describe("what goes wrong between us and a peer has a name", () => {
  it("nobody listens", async () => {
    const port = await freePort();
    assert.deepEqual(await troubleOf(associate(port, contexts)), {
      kind: "unreachable",
      code: "ECONNREFUSED",
    });
  });

  for (const [result, source, reason] of [
    [1, 1, 1],
    [1, 1, 3],
    [1, 1, 7],
    [1, 2, 2],
    [2, 3, 1],
    [2, 3, 2],
  ] as const) {
    it(`the association is rejected: ${result}/${source}/${reason}`, async () => {
      await using peer = await ReceivingPeer.listen();
      peer.rejection = { result, source, reason };
      const trouble = await troubleOf(associate(peer.port, contexts));
      assert.deepEqual(trouble, { kind: "rejected", result, source, reason });
    });
  }

  it("more associations than the peer takes", async () => {
    await using peer = await ReceivingPeer.listen({ maxAssociations: 1 });
    const first = await associate(peer.port, contexts);
    const trouble = await troubleOf(associate(peer.port, contexts));
    assert.deepEqual(trouble, { kind: "rejected", result: 2, source: 3, reason: 2 });
    await first.release();
  });

  it("the peer is an HTTP server", async () => {
    const server = createHttpServer().listen(0, "127.0.0.1");
    await using listening = await bound(server);
    const trouble = await troubleOf(associate(listening.port, contexts));
    assert.equal(trouble.kind, "protocol");
  });

  it("the peer takes the connection and says nothing", async () => {
    await using silent = await bound(createServer().listen(0, "127.0.0.1"));
    const patience = { associationMs: 100 };
    const trouble = await troubleOf(associate(silent.port, contexts, { patience }));
    assert.deepEqual(trouble, { kind: "silent", phase: "association", afterMs: 100 });
  });

  it("the peer aborts in the middle of an instance", async () => {
    await using peer = await scripted((socket) => socket.write(encodeAbort(2, 1)));
    const association = await associate(peer.port, contexts);
    const trouble = await troubleOf(store(association, instance, contexts));
    assert.deepEqual(trouble, { kind: "aborted", source: 2, reason: 1 });
    assert.equal(association.isUsable, false);
    assert.deepEqual(await troubleOf(store(association, instance, contexts)), trouble);
  });

  it("the peer closes the connection in the middle of an instance", async () => {
    await using peer = await scripted((socket) => socket.destroy());
    const association = await associate(peer.port, contexts);
    assert.equal((await troubleOf(store(association, instance, contexts))).kind, "closed");
  });

  it("the peer takes the instance and never answers", async () => {
    await using peer = await scripted(() => {});
    const patience = { responseMs: 100 };
    const association = await associate(peer.port, contexts, { patience });
    const trouble = await troubleOf(store(association, instance, contexts));
    assert.deepEqual(trouble, { kind: "silent", phase: "response", afterMs: 100 });
  });

  it("the peer takes nothing any more", async () => {
    await using peer = await scripted((socket) => socket.pause());
    const patience = { progressMs: 200 };
    const association = await associate(peer.port, contexts, { patience });
    const large = dataSetInMemory(Buffer.alloc(50_000_000));
    const { sopClass, sopInstance } = instance;
    const sent = association.store({ contextId: 1, sopClass, sopInstance, data: large });
    assert.deepEqual(await troubleOf(sent), { kind: "silent", phase: "progress", afterMs: 200 });
  });

  it("but a slow peer that gets on is no trouble", async () => {
    await using peer = await ReceivingPeer.listen();
    const association = await associate(peer.port, contexts, { patience: { progressMs: 500 } });
    const { sopClass, sopInstance } = instance;
    const data = dataSetInMemory(Buffer.alloc(1_500_000));
    // A pause after each of some twenty pieces: longer in all than nothing may move.
    const answer = await association.store({
      contextId: 1,
      sopClass,
      sopInstance,
      data,
      pace: () => delay(50),
    });
    assert.equal(answer.status, 0);
    await association.release();
  });

  it("we end it, at any time", async () => {
    await using peer = await scripted(() => {});
    const ending = new AbortController();
    const { signal } = ending;
    const association = await associate(peer.port, contexts, { signal });
    const sent = troubleOf(store(association, instance, contexts));
    ending.abort();
    assert.deepEqual(await sent, { kind: "ended" });
    assert.deepEqual(await troubleOf(associate(peer.port, contexts, { signal })), {
      kind: "ended",
    });
  });

  it("the peer confirms another instance than the one that was sent", async () => {
    const other = new Map<number, number | string>([
      [element.field, commandField.store | answerBit],
      [element.answeredMessageId, 1],
      [element.dataSetType, noDataSet],
      [element.status, 0],
      [element.affectedSopInstance, "2.25.9"],
    ]);
    const frame = { contextId: 1, isCommand: true, fragment: 16_372 };
    const reply = framesOf(encodeCommand(other), frame);
    await using peer = await scripted((socket) => socket.write(reply));
    const association = await associate(peer.port, contexts);
    const trouble = await troubleOf(store(association, instance, contexts));
    assert.deepEqual(trouble, { kind: "protocol", detail: "it confirmed another instance" });
  });

  it("a context that the peer refuses is known before anything is sent", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.accepts = ({ abstractSyntax }) => (abstractSyntax === ctImageStorage ? null : "");
    const association = await associate(peer.port, [
      ...contexts,
      { id: 3, abstractSyntax: "1.2.3", transferSyntaxes: [explicit] },
    ]);
    assert.equal(association.context(1)?.result, 4);
    assert.equal(association.context(3)?.result, 3);
    assert.equal(association.context(5), null);
    await association.release();
  });
});

async function troubleOf(work: Promise<unknown>): Promise<PeerTrouble> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof PeerError, String(error));
    return error.trouble;
  }
  assert.fail("nothing went wrong");
}

interface Bound extends AsyncDisposable {
  readonly port: number;
}

async function bound(server: Server): Promise<Bound> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  if (!server.listening) await once(server, "listening");
  const place = server.address();
  return {
    port: place !== null && typeof place === "object" ? place.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** A peer that accepts every association, and does `then` with what follows. */
function scripted(then: (socket: Socket) => void): Promise<Bound> {
  const server = createServer((socket) => {
    socket.once("data", () => {
      const accepted = contexts.map(({ id, transferSyntaxes: [transferSyntax = ""] }) => ({
        id,
        result: 0,
        transferSyntax,
      }));
      const user = { maxPduLength: 16_384, roles: [] };
      socket.write(
        encodeAssociateAccept({ calledAet: "A", callingAet: "B", contexts: accepted, user }),
      );
      socket.once("data", () => then(socket));
    });
  });
  return bound(server.listen(0, "127.0.0.1"));
}
