import assert from "node:assert/strict";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openSendQueue } from "../src/open-send-queue.ts";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";

describe("a queue has one host", () => {
  it("another one is refused, and what the first is just taking in stays", async () => {
    await using peer = await FaultyPeer.listen();
    await using first = await QueueHost.open({ pacs: peer.port });
    const directory = join(first.folder, "queue");
    const coming = join(directory, "spool", "incoming");
    // Whoever opens a queue removes what a process that has ended was writing.
    await writeFile(join(coming, "half"), "of an image");
    const settings = { SendQueue: { Directory: directory, MinFreeMB: 1 } };
    await assert.rejects(openSendQueue(settings), /Another host has this send queue open/);
    assert.deepEqual(await readdir(coming), ["half"]);
    await first.send("pacs", [madeInstance()]);
    await first.until("pacs", ({ Sent: sent }) => sent === 1);
  });

  it("one that could not be opened, and one that was closed, may be opened again", async () => {
    await using peer = await FaultyPeer.listen();
    await using first = await QueueHost.open({ pacs: peer.port });
    await first.host.close();
    const directory = join(first.folder, "queue");
    const settings = { SendQueue: { Directory: directory, MinFreeMB: 1 } };
    // Nobody can make a folder of what is a file.
    const spool = join(directory, "spool");
    await rename(spool, `${spool}-before`);
    await writeFile(spool, "no folder");
    await assert.rejects(openSendQueue(settings), { code: "ENOTDIR" });
    await rm(spool);
    await rename(`${spool}-before`, spool);
    const again = await openSendQueue(settings);
    await again[Symbol.asyncDispose]();
  });
});
