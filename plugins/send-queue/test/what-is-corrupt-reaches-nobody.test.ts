import assert from "node:assert/strict";
import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { after, afterEach, before, describe, it } from "node:test";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { part10Head } from "../src/part10/part10.ts";
import { dressedInstance, elementOf } from "./support/dressed-instance.ts";
import { ctImageStorage, encodings, explicit, madeInstance } from "./support/made-instance.ts";
import { RoutedQueue, until } from "./support/routed-queue.ts";

const made = madeInstance();
const headOnly = part10Head(made);

/** What is no file that a peer would take. */
const corrupt: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
  "zero bytes": [Buffer.alloc(0), /empty/],
  "no preamble": [made.file.subarray(132), /no preamble/],
  text: [Buffer.from("This is no image.".repeat(20)), /no preamble/],
  "a head and no data set": [headOnly, /no data set/],
  "a head that is cut off": [headOnly.subarray(0, 200), /cut off/],
  "no transfer syntax": [withoutTransferSyntax(), /transfer syntax/],
  "no UIDs": [withoutUids(), /UID/],
  "an odd length": [Buffer.concat([made.file, Buffer.alloc(1)]), /odd|cut off/],
  "an odd number of bytes that are elements": [oddElements(), /odd/],
};

describe("what is corrupt reaches nobody", () => {
  let bytes = 0;
  let connections = 0;
  let peer: Server;
  let queue: RoutedQueue;

  before(async () => {
    // Whoever connects is counted, and all it sends.
    peer = createServer((socket) => {
      connections += 1;
      socket.on("data", (chunk) => (bytes += chunk.length));
      socket.on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(peer, "listening");
    const bound = peer.address();
    const port = bound !== null && typeof bound === "object" ? bound.port : 0;
    queue = await RoutedQueue.open({ peers: { pacs: port }, queue: { Rules: [{ To: ["pacs"] }] } });
  });
  after(async () => {
    await queue[Symbol.asyncDispose]();
    peer.close();
  });
  afterEach(() => assert.deepEqual({ bytes, connections }, { bytes: 0, connections: 0 }));

  for (const [what, [file, words]] of Object.entries(corrupt)) {
    it(`${what}: refused, and not kept`, async () => {
      const [status, answer] = await queue.call("POST", "/instances", file);
      assert.equal(status, 400);
      assert.match(String(answer["Details"]), words);
      assert.deepEqual(await queue.spooled(), []);
      assert.deepEqual(await queue.items(), []);
    });
  }

  for (const syntax of encodings) {
    it(`cut off anywhere, in ${syntax}: refused, and not kept`, async () => {
      const { file } = madeInstance(syntax, 3_000);
      for (const part of [0.3, 0.6, 0.9, 0.999]) {
        const cut = file.subarray(0, Math.floor(file.length * part));
        const [status] = await queue.call("POST", "/instances", cut);
        assert.equal(status, 400, `${part} of it`);
      }
      assert.deepEqual(await queue.spooled(), []);
    });
  }
});

describe("what becomes corrupt in the spool reaches nobody", () => {
  const damages: Readonly<Record<string, readonly [(path: string) => Promise<unknown>, string]>> = {
    "it is deleted": [(path) => rm(path), "ENOENT"],
    "another is in its place": [(path) => writeFile(path, dressedInstance().file), "REPLACED"],
    "one byte is another": [(path) => flip(path), "REPLACED"],
    "it is cut off": [(path) => truncate(path, 500), "REPLACED"],
    "it is emptied": [(path) => truncate(path, 0), "REPLACED"],
    "a folder is in its place": [
      async (path) => {
        await rm(path);
        await mkdir(path);
      },
      "REPLACED",
    ],
  };
  for (const [what, [damage, code]] of Object.entries(damages)) {
    it(`${what}: an error at once, and not a byte to the peer`, async () => {
      let connections = 0;
      const peer = createServer((socket) => {
        connections += 1;
        socket.destroy();
      }).listen(0, "127.0.0.1");
      await once(peer, "listening");
      const bound = peer.address();
      const port = bound !== null && typeof bound === "object" ? bound.port : 0;
      await using queue = await RoutedQueue.open({ peers: { pacs: port } });
      const id = await queue.take(dressedInstance().file);
      const [path = ""] = await queue.spooled();
      await damage(path);
      const [status] = await queue.call("POST", "/modalities/pacs/store", [id]);
      assert.equal(status, 500);
      const [item] = await queue.items();
      assert.deepEqual(
        [item?.["State"], item?.["ErrorCode"], item?.["Attempts"]],
        ["Failed", code, 1],
      );
      assert.equal(connections, 0);
      peer.close();
    });
  }

  it("and one that was only copied, with its time, or without, is sent", async () => {
    const { ReceivingPeer } = await import("./support/receiving-peer.ts");
    await using peer = await ReceivingPeer.listen();
    await using queue = await RoutedQueue.open({ peers: { pacs: peer.port } });
    const { file, dataSet } = dressedInstance();
    const id = await queue.take(file);
    const [path = ""] = await queue.spooled();
    const bytes = await readFile(path);
    await rm(path);
    await writeFile(path, bytes);
    const [status] = await queue.call("POST", "/modalities/pacs/store", [id]);
    assert.equal(status, 200);
    await until("it has arrived", () => peer.received.length === 1);
    assert.equal(peer.received[0]?.bytes.equals(dataSet), true);
  });
});

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await writeFile(path, bytes);
}

function withoutTransferSyntax(): Buffer {
  const uid = elementOf(0x0002_0002, "UI", ctImageStorage);
  return Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), uid, made.dataSet]);
}

function withoutUids(): Buffer {
  const syntax = elementOf(0x0002_0010, "UI", explicit);
  const element = elementOf(0x0010_0020, "LO", "NOBODY");
  return Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), syntax, element]);
}

/** The last element has three bytes. */
function oddElements(): Buffer {
  const element = elementOf(0x0020_4000, "LT", "four").subarray(0, -1);
  element.writeUInt16LE(3, 6);
  return Buffer.concat([made.file, element]);
}
