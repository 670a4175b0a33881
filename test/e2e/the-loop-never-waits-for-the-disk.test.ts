import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { BatonProcess } from "../cli/baton-process.ts";
import { flushingPlugin } from "./support/flushing-plugin.ts";
import { SlowDisk } from "./support/slow-disk.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Far longer than a request takes on a busy machine. */
const flushMs = 1_200;

/** The loop answers well before a flush is over, so it does not wait for one. */
const longestAnswerMs = flushMs / 2;

const skip = process.platform === "linux" ? false : "a library is put before libc's only on Linux";

describe("the loop never waits for the disk", { skip, timeout: 60_000 }, () => {
  it("answers while every commit takes more than a second, and asks for no flush", async () => {
    await using folder = await temporaryFolder();
    const disk = await SlowDisk.make(folder.path, flushMs);
    await writeFile(join(folder.path, "flushing.mjs"), flushingPlugin);
    const config = { HttpPort: 0, IndexDirectory: ".", Plugins: ["flushing.mjs"] };
    await writeFile(join(folder.path, "baton.json"), JSON.stringify(config));
    // Of this process, which runs already, only the children are concerned.
    Object.assign(process.env, disk.environment);
    await using baton = new BatonProcess("serve", "--config", join(folder.path, "baton.json"));
    const url = (await baton.line("stdout", /listens on/)).replace(/.* listens on /, "");
    const before = await disk.flushes();

    await disk.beSlow();
    const jobs = await answersWhile(url, () => post(`${url}/job`, 2));
    assert.deepEqual(new Set(jobs.result), new Set(["succeeded"]));
    // The submit, two checkpoints and the success, one after the other.
    assert.ok(jobs.tookMs >= 4 * flushMs, `the commits were slow: ${jobs.tookMs} ms`);
    assert.ok(jobs.slowestMs < longestAnswerMs, `an answer took ${jobs.slowestMs} ms`);
    assert.ok((await disk.flushes()).other >= before.other + 4);
    assert.equal((await disk.flushes()).loop, 0);

    // The measurement itself: a flush on the loop is seen both ways.
    const flush = await answersWhile(url, () => post(`${url}/flush`, 1));
    assert.ok(flush.slowestMs >= longestAnswerMs, `${flush.slowestMs} ms is no wait`);
    assert.equal((await disk.flushes()).loop, 1);

    await disk.beFast();
    baton.kill("SIGTERM");
    assert.equal(await baton.exit(), 0);
    assert.equal((await disk.flushes()).loop, 1, "closing flushes nothing on the loop either");
  });
});

interface Answers<T> {
  readonly result: T;
  readonly tookMs: number;
  /** Of the requests that were made meanwhile, one after the other. */
  readonly slowestMs: number;
}

/** Asks the host for its jobs all the time, until `work` is done. */
async function answersWhile<T>(url: string, work: () => Promise<T>): Promise<Answers<T>> {
  const began = performance.now();
  const done = new AbortController();
  const working = work().finally(() => done.abort());
  let slowestMs = 0;
  while (!done.signal.aborted) {
    const asked = performance.now();
    await (await fetch(`${url}/jobs`)).text();
    slowestMs = Math.max(slowestMs, performance.now() - asked);
  }
  return { result: await working, tookMs: performance.now() - began, slowestMs };
}

async function post(url: string, times: number): Promise<readonly string[]> {
  const one = async (): Promise<string> => (await fetch(url, { method: "POST" })).text();
  return Promise.all(Array.from({ length: times }, one));
}
