import assert from "node:assert/strict";
import { request, type IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { systemClock } from "../../src/adapters/system-clock.ts";
import type { Backups } from "../../src/ports/backups.ts";
import { scriptedJob, startTestServer, type TestServer } from "./scripted-host.ts";

const output = `/jobs/${scriptedJob().id}/report.csv`;
const chunk = Buffer.alloc(65_536);
/** More than the buffers on both sides of a connection hold. */
const chunks = 512;
const size = chunks * chunk.length;

/** Bytes without much sense, and what tells that nobody wants more of them. */
function download(): { readonly bytes: AsyncIterable<Uint8Array>; readonly left: Promise<void> } {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const bytes = (async function* () {
    try {
      for (let sent = 0; sent < chunks; sent += 1) yield chunk;
    } finally {
      resolve();
    }
  })();
  return { bytes, left };
}

async function begin(server: TestServer, method: string, path: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { "x-baton-database": "*" };
  request(new URL(path, server.url), { method, headers }, resolve).on("error", reject).end();
  return promise;
}

describe("a client that has asked for much", { timeout: 60_000 }, () => {
  it("and takes nothing of an output is disconnected, and the file is let go of", async () => {
    await using server = await startTestServer(undefined, { idleMs: 300 });
    const { bytes, left } = download();
    server.jobs.jobOutput = () => ({ ...report, read: async () => bytes });
    const answer = await begin(server, "GET", output);
    answer.on("error", () => undefined);
    await left;
    assert.equal(answer.complete, false);
    answer.destroy();
  });

  it("and takes nothing of a backup is disconnected, and another one may be made", async () => {
    const backups = new OneBackup();
    await using server = await startTestServer(undefined, { idleMs: 300, backups });
    const answer = await begin(server, "POST", "/tools/backup");
    answer.on("error", () => undefined);
    await backups.discarded;
    answer.destroy();
  });

  it("and takes it slowly gets all of it", async () => {
    await using server = await startTestServer(undefined, { idleMs: 1_500 });
    const { bytes } = download();
    server.jobs.jobOutput = () => ({ ...report, read: async () => bytes });
    const began = performance.now();
    let got = 0;
    for await (const part of await begin(server, "GET", output)) {
      got += (part as Buffer).length;
      // Never long enough to stand still, in all longer than the limit.
      await new Promise<void>((next) => void systemClock.after(4, next));
    }
    assert.equal(got, size);
    assert.ok(performance.now() - began > 1_500);
  });
});

const report = { key: "report.csv", mime: "text/csv", size, tag: "t1" };

class OneBackup implements Backups {
  readonly databases = ["/baton.db"];
  readonly discarded: Promise<void>;
  readonly #discard: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.discarded = promise;
    this.#discard = resolve;
  }

  async backUp(): ReturnType<Backups["backUp"]> {
    return { size, bytes: download().bytes, discard: this.#discard };
  }
}
