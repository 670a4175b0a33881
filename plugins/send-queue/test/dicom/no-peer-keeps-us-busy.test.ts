import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { attendUntil } from "../../src/dicom/attend.ts";
import {
  commandField,
  decodeCommand,
  element,
  encodeCommand,
  noDataSet,
  textOf,
} from "../../src/dicom/command.ts";
import { decodeCommitmentReport } from "../../src/dicom/commitment.ts";
import { framesOf } from "../../src/dicom/data-blocks.ts";
import { decodePdu } from "../../src/dicom/decode-pdu.ts";
import { encodeAssociateAccept, encodeAssociateRequest } from "../../src/dicom/encode-pdu.ts";
import { pduHeaderSize, type Pdu } from "../../src/dicom/pdu.ts";
import { PeerError } from "../../src/dicom/peer-error.ts";
import { verification } from "../../src/dicom/uids.ts";
import { hasInstance } from "../../src/stow/search-answer.ts";
import { readStowAnswer } from "../../src/stow/stow-answer.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { associate } from "../support/sender.ts";

/** Who looks at each space and at all that follow it needs seconds, and minutes for some of them. */
const spaces = `${" ".repeat(65_000)}x`;

const contexts = [{ id: 1, abstractSyntax: verification, transferSyntaxes: ["1.2.840.10008.1.2"] }];
const titles = { calledAet: "A", callingAet: "B", user: { maxPduLength: 0, roles: [] } };
const frame = { contextId: 1, isCommand: true, fragment: 16_000 };

/** Of the processor, however busy others keep it; milliseconds. */
async function timeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe("spaces in the middle of a value keep nobody busy", () => {
  for (const [where, read] of Object.entries({
    "an association that is asked for": () => {
      const syntaxes = [{ id: 1, abstractSyntax: "1.2", transferSyntaxes: [`x${spaces}`] }];
      const unit = encodeAssociateRequest({ ...titles, contexts: syntaxes });
      const pdu = decodePdu(1, unit.subarray(pduHeaderSize));
      assert.ok(pdu.kind === "associate-request");
      assert.deepEqual(pdu.contexts[0]?.transferSyntaxes, [`x${spaces}`]);
    },
    "a command": () => {
      const bytes = encodeCommand(new Map([[element.errorComment, `x${spaces}`]]));
      assert.equal(textOf(decodeCommand(bytes), element.errorComment), `x${spaces}`);
    },
    "a report of commitment": () => {
      const value = Buffer.from(`x${spaces}`);
      const head = Buffer.from([8, 0, 0x95, 0x11, 0, 0, 0, 0]);
      head.writeUInt32LE(value.length, 4);
      const { transaction } = decodeCommitmentReport(Buffer.concat([head, value]), false);
      assert.equal(transaction, `x${spaces}`);
    },
    "an answer to a search": () => {
      const found = [{ "00080018": { Value: [`1.2${spaces}`] } }];
      assert.equal(hasInstance(Buffer.from(JSON.stringify(found)), "1.2"), false);
    },
    "an answer to a STOW": () => {
      const item = { "00081155": { Value: [`1.2${spaces}`] } };
      const root = { "00081199": { Value: [item] } };
      const answer = readStowAnswer(Buffer.from(JSON.stringify(root)));
      assert.deepEqual([...(answer?.stored.keys() ?? [])], [`1.2${spaces}`]);
    },
  })) {
    it(`of ${where}`, async () => {
      const spent = await timeOf(read);
      assert.ok(spent < 500, `${spent} ms`);
    });
  }

  it("but what fills a value up is no part of it", () => {
    const found = [{ "00080018": { Value: ["1.2 \0"] } }];
    assert.ok(hasInstance(Buffer.from(JSON.stringify(found)), "1.2"));
    const bytes = encodeCommand(new Map([[element.affectedSopInstance, "  1.2 3 \0"]]));
    assert.equal(textOf(decodeCommand(bytes), element.affectedSopInstance), "1.2 3");
    const empty = encodeCommand(new Map([[element.affectedSopInstance, " \0  "]]));
    assert.equal(textOf(decodeCommand(empty), element.affectedSopInstance), "");
  });
});

/** A command of nothing, that goes on. */
const empty = Buffer.from([4, 0, 0, 0, 0, 6, 0, 0, 0, 2, 1, 1]);

describe("a command in pieces", () => {
  it("without a byte keeps nobody busy", async () => {
    await using peer = await ReceivingPeer.listen();
    const socket = connect(peer.port, "127.0.0.1");
    socket.write(encodeAssociateRequest({ ...titles, contexts }));
    await once(socket, "data");
    const echo = new Map<number, number | string>([
      [element.affectedSopClass, verification],
      [element.field, commandField.echo],
      [element.messageId, 1],
      [element.dataSetType, noDataSet],
    ]);
    const spent = await timeOf(async () => {
      socket.write(Buffer.alloc(empty.length * 100_000, empty));
      socket.write(framesOf(encodeCommand(echo), frame));
      await once(socket, "data");
    });
    socket.destroy();
    // Some 3 seconds, most of it spent by the test runner; ten times as long if each looks at all before it.
    assert.ok(spent < 10_000, `${spent} ms`);
  });

  it("that does not end is none, if it answers ours", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        const accepted = [{ id: 1, result: 0, transferSyntax: "1.2.840.10008.1.2" }];
        socket.write(encodeAssociateAccept({ ...titles, contexts: accepted }));
        socket.once("data", () => socket.write(endless(70_000)));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const association = await associate(port, contexts, { patience: { responseMs: 5_000 } });
    await assert.rejects(association.echo(1), (error) => {
      assert.ok(error instanceof PeerError);
      const detail = "it sent a command that does not end";
      assert.deepEqual(error.trouble, { kind: "protocol", detail });
      return true;
    });
    server.close();
  });

  it("that does not end is none, if it asks for something", async () => {
    let reads = 0;
    const read = async (): Promise<Pdu> => {
      reads += 1;
      if (reads > 100) return { kind: "release-reply" };
      return decodePdu(4, endless(4_000).subarray(pduHeaderSize));
    };
    const line = { read, write: async () => {}, release: () => {}, fragment: 16_000 };
    const signal = new AbortController().signal;
    await attendUntil(line, { signal, answer: async () => 0, isOver: () => false });
    assert.equal(reads, 17);
  });
});

/** A fragment of a command after which another one comes. */
function endless(size: number): Buffer {
  const unit = framesOf(Buffer.alloc(size), { ...frame, fragment: size });
  unit.writeUInt8(1, pduHeaderSize + 5);
  return unit;
}
