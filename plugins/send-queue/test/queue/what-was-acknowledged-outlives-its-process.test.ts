import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { journalOf, recordSize } from "../../src/queue/acknowledgement-record.ts";
import { Queue } from "../../src/queue/queue.ts";
import { filesOf, queuedInstance } from "../support/queued-instance.ts";

const program = fileURLToPath(new URL("../support/acknowledging-process.ts", import.meta.url));
const all = ["a", "b", "c", "d", "e", "f"];

describe("what was acknowledged outlives its process", () => {
  let folder = "";
  const path = (name = "queue"): string => join(folder, name, "queue.sqlite");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    await fill(path());
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("though it was killed before the queue had heard of it", async () => {
    await acknowledged(path(), 4);
    assert.deepEqual(await sentOf(path()), ["a", "b", "c", "d"]);
    const queue = await Queue.open(path());
    const asked = { destination: "pacs", transaction: "2.25.1", limit: 10, now: 12 };
    const toCommit = await queue.call("askCommitment", asked);
    await queue.close();
    assert.equal(toCommit.length, 4, "and what was ordered with it");
  });

  it("as far as its journal is whole, wherever that was cut off, and nothing else is taken for sent", async () => {
    await acknowledged(path(), all.length);
    const whole = await readFile(journalOf(path()));
    for (let turn = 0; turn < 8; turn += 1) {
      const length = Math.floor(Math.random() * recordSize * all.length);
      const left = await copied(`cut-${turn}`);
      await writeFile(journalOf(left), whole.subarray(0, length));
      const wanted = all.slice(0, Math.floor(length / recordSize));
      assert.deepEqual(await sentOf(left), wanted, `cut at ${length}`);
    }
  });

  it("but for one that was garbled", async () => {
    await acknowledged(path(), all.length);
    const bytes = await readFile(journalOf(path()));
    // Its number, its item, its time, its generation, its sum.
    for (const at of [0, 8, 16, 26, 32]) {
      const left = await copied(`garbled-${at}`);
      const garbled = Buffer.from(bytes);
      garbled.writeUInt8(garbled.readUInt8(2 * recordSize + at) ^ 4, 2 * recordSize + at);
      await writeFile(journalOf(left), garbled);
      assert.deepEqual(await sentOf(left), ["a", "b", "d", "e", "f"], `byte ${at}`);
    }
  });

  it("once: what the queue knew already, and was to be sent again since, is sent again", async () => {
    await acknowledged(path(), all.length, "uid of a", "uid of b");
    assert.deepEqual(await sentOf(path()), ["c", "d", "e", "f"]);
  });

  it("however often it is read", async () => {
    await acknowledged(path(), 3);
    const journal = await readFile(journalOf(path()));
    assert.deepEqual(await sentOf(path()), ["a", "b", "c"]);
    await resent(path(), ["a"]);
    await writeFile(journalOf(path()), journal);
    assert.deepEqual(await sentOf(path()), ["b", "c"], "the journal of another time");
  });

  it("not in another queue, whose items have the same numbers", async () => {
    await acknowledged(path(), 3);
    await fill(path("other"));
    await copyFile(journalOf(path()), journalOf(path("other")));
    assert.deepEqual(await sentOf(path("other")), []);
  });

  /** The queue as the killed process left it, elsewhere. */
  async function copied(name: string): Promise<string> {
    await cp(join(folder, "queue"), join(folder, name), { recursive: true });
    return path(name);
  }
});

/** A queue in which all of them wait. */
async function fill(file: string): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true });
  const queue = await Queue.open(file);
  const instances = all.map((hash) => queuedInstance(hash));
  for (const instance of instances) await queue.call("keep", { instance, now: 1 });
  const request = { id: "r1", destination: "pacs", priority: 0, isPermissive: false };
  await queue.call("enter", { request, policy: "always", meant: filesOf(instances), now: 1 });
  await queue.close();
}

/** A process that acknowledges so many, and is killed. */
async function acknowledged(
  path: string,
  count: number,
  ...more: readonly string[]
): Promise<void> {
  const given = [program, path, String(count), ...more];
  const child = spawn(process.execPath, given, { stdio: ["ignore", "ignore", "inherit"] });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  assert.equal(signal, "SIGKILL");
}

/** What the queue says was sent when it is opened again, by the names of the files. */
async function sentOf(path: string): Promise<readonly string[]> {
  const queue = await Queue.open(path);
  const items = await queue.call("items", { filter: { state: "sent" }, limit: 100 });
  await queue.close();
  return items.map(({ instance }) => instance.hash);
}

/** The peer says that it does not have these: they are to be sent again. */
async function resent(path: string, hashes: readonly string[]): Promise<void> {
  const queue = await Queue.open(path);
  const transaction = "2.25.2";
  const asked = { destination: "pacs", transaction, limit: 100, now: 20 };
  const items = await queue.call("askCommitment", asked);
  const lost = items.filter(({ instance }) => hashes.includes(instance.hash));
  const failed = lost.map(({ instance }) => ({
    sopInstance: instance.sopInstance,
    reason: 0x0112,
  }));
  await queue.call("reportCommitment", { report: { transaction, committed: [], failed }, now: 21 });
  await queue.close();
}
