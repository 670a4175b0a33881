import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { FullDiskReport } from "./support/full-disk-host.ts";
import { storedJobs } from "./support/stored-job.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const script = fileURLToPath(new URL("./support/full-disk-host.ts", import.meta.url));

// prlimit comes with every Linux; elsewhere there is no way to give the room back.
const skip = process.platform !== "linux" && "needs prlimit";

describe("a host whose disk is full for a while", { skip, timeout: 60_000 }, () => {
  it("refuses in words, tells nothing that is not stored, and goes on without a restart", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "baton.db");
    const { refused, toldWhenFull, toldAfterwards, ids, logged } = await fullDisk(path);
    const why = /^The store could not write; nothing was stored: the disk refused to read or write/;
    assert.match(refused.submit, why);
    assert.match(refused.pause, why);
    assert.equal(refused.rest, 503);
    assert.deepEqual(toldWhenFull, { paused: "running", ended: "running" });
    const after = { paused: "paused", ended: "succeeded", late: "running" };
    assert.deepEqual(toldAfterwards, after);
    // Once each, however often it was tried.
    const [first, last, ...more] = logged;
    assert.match(first ?? "", /^a write is tried again every second until the store takes it: /);
    assert.equal(last, "the store has taken everything that it had refused");
    assert.deepEqual(more, []);

    const stored = await storedJobs(folder.path);
    const found = Object.fromEntries(stored.map(({ id, state }) => [id, state]));
    assert.deepEqual(found, {
      [ids.paused]: "paused",
      [ids.ended]: "succeeded",
      [ids.late]: "pending",
    });
  });
});

/** The life of such a host. */
async function fullDisk(path: string): Promise<FullDiskReport> {
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "pipe"] });
  const [told, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL", complaints);
  return JSON.parse(told) as FullDiskReport;
}
