import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readJob, readState } from "../../src/adapters/isolation/host/told.ts";
import { frameOf, Frames, readFrame } from "../../src/adapters/isolation/protocol/frames.ts";

/** What the host reads of these states when another process has told them in one frame. */
function crossed(states: readonly Uint8Array[]): Uint8Array[] {
  const jobs = states.map((state, payload) => {
    const snapshot = { progress: 0, content: "{}", state };
    return { payload, type: "t", canReset: false, snapshot, tree: null };
  });
  const [frame = Buffer.alloc(0)] = new Frames().take(frameOf(jobs));
  const told = readFrame(frame) as readonly unknown[];
  return told.flatMap((job) => readJob(job).snapshot.state ?? []);
}

describe("the state of a job that comes in a batch", () => {
  it("has memory of its own, not the whole message's", () => {
    const states = [1, 2, 3].map((byte) => new Uint8Array(40_000).fill(byte));
    const read = crossed(states);
    assert.deepEqual(read, states);
    assert.deepEqual(
      read.map(({ buffer }) => buffer.byteLength),
      [40_000, 40_000, 40_000],
    );
  });

  it("is not copied when its memory is its own already", () => {
    const state = new Uint8Array(40_000);
    assert.equal(readState(state), state);
  });
});
