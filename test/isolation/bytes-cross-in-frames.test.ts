import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Streams, frameBytes, streamOf } from "../../src/adapters/isolation/protocol/streams.ts";
import type { Asking } from "../../src/isolated/far-host.ts";
import { openFarOutput } from "../../src/isolated/far-output.ts";

const all = new Uint8Array(5 * frameBytes + 1).map((_, at) => at % 251);

describe("the bytes of a route", () => {
  it("cross in frames of 64 KiB, and no more of them is made than was asked for", async () => {
    const streams = new Streams();
    let made = 0;
    const source = (async function* () {
      for (;;) {
        made += 1;
        yield all;
      }
    })();
    const stream = streams.offer(source);
    assert.equal(made, 0);
    const frames: number[] = [];
    // One chunk of the source is five frames and a byte.
    for (let pulls = 1; pulls <= 7; pulls += 1) {
      frames.push((await streams.pull(stream))?.byteLength ?? 0);
      assert.equal(made, pulls <= 6 ? 1 : 2);
    }
    assert.deepEqual(frames, [...Array.from({ length: 5 }, () => 65_536), 1, 65_536]);
    await streams.drop(stream);
    assert.equal(await streams.pull(stream), null);
  });

  it("are asked for as they are taken", async () => {
    const asked: number[] = [];
    const bytes = streamOf(3, {
      pull: async (stream) => {
        asked.push(stream);
        return asked.length > 2 ? null : all.subarray(0, 10);
      },
      drop: () => assert.fail("all of it was taken"),
    });
    const iterator = bytes[Symbol.asyncIterator]();
    assert.deepEqual(asked, []);
    await iterator.next();
    assert.deepEqual(asked, [3]);
    await iterator.next();
    assert.equal((await iterator.next()).done, true);
  });
});

describe("the bytes of an output", () => {
  it("cross in frames of 64 KiB, each when the host has taken the one before", async () => {
    const frames: Uint8Array[] = [];
    const answers: (() => void)[] = [];
    const host = {
      block: () => undefined,
      ask: (name: string, { bytes }: { readonly bytes: Uint8Array }) => {
        assert.equal(name, "writeOutput");
        frames.push(bytes);
        return new Promise<void>((resolve) => void answers.push(resolve));
      },
    } as unknown as Asking;
    const output = openFarOutput(host, { run: 1, key: "k", mime: "text/plain" });
    // Both at once, as a step does that does not wait.
    const written = Promise.all([output.write(all), output.write(all.subarray(0, 3))]);
    for (let count = 1; count <= 7; count += 1) {
      while (answers.length === 0) await Promise.resolve();
      assert.equal(frames.length, count);
      answers.shift()?.();
    }
    await written;
    const sizes = frames.map(({ byteLength }) => byteLength);
    assert.deepEqual(sizes, [...Array.from({ length: 5 }, () => 65_536), 1, 3]);
    assert.deepEqual(Buffer.concat(frames), Buffer.concat([all, all.subarray(0, 3)]));
    // Of its own: a view would take along all that is behind it.
    assert.ok(frames.every(({ buffer, byteLength }) => buffer.byteLength === byteLength));
  });
});
