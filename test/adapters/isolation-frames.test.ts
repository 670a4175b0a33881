import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deserialize } from "node:v8";
import { Frames, frameOf } from "../../src/adapters/isolation/protocol/frames.ts";

/** What comes out of bytes that come in pieces of this size. */
function cut(bytes: Buffer, size: number): unknown[] {
  const frames = new Frames();
  const values: unknown[] = [];
  for (let at = 0; at < bytes.byteLength; at += size) {
    for (const frame of frames.take(bytes.subarray(at, at + size))) values.push(deserialize(frame));
  }
  return values;
}

void describe("frames", () => {
  void it("are put together again however they were cut", () => {
    const values = ["", { a: 1 }, "x".repeat(100), null];
    const bytes = Buffer.concat(values.map(frameOf));
    for (const size of [1, 2, 3, 7, 64, bytes.byteLength])
      assert.deepEqual(cut(bytes, size), values);
  });

  void it("cost as much as their bytes, in however many pieces they come", () => {
    const bytes = frameOf("x".repeat(8_000_000));
    const began = performance.now();
    assert.equal(cut(bytes, 64).length, 1);
    const took = performance.now() - began;
    // Copying what is there with each of 125,000 pieces takes minutes.
    assert.ok(took < 20_000, `${took} ms`);
  });

  void it("that are too large are neither made nor waited for", () => {
    assert.throws(() => frameOf(Buffer.alloc(17_000_000)), { code: "TOO_LARGE" });
    const frames = new Frames();
    assert.throws(() => frames.take(Buffer.from([0xff, 0xff, 0xff, 0xff])), { code: "TOO_LARGE" });
  });
});
