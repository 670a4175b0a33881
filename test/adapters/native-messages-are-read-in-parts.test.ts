import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NativeInbox } from "../../src/adapters/native/inbox.ts";
import type { NativeCore } from "../../src/native/binding.ts";
import { FakeClock } from "../../src/testing/index.ts";

/** A core that answers `drain` with so many messages at a time, and an inbox that hears them. */
function inboxOf(...parts: readonly number[]): {
  inbox: NativeInbox;
  heard: string[];
  clock: FakeClock;
} {
  let at = 0;
  const told = parts.map((count) => Array.from({ length: count }, () => ["granted", `${at++}`]));
  const fake: Partial<NativeCore> = { drain: () => told.shift()?.flat() ?? [] };
  const clock = new FakeClock();
  const inbox = new NativeInbox(clock);
  const heard: string[] = [];
  inbox.hear({ granted: ({ id }) => void heard.push(id) });
  inbox.connect(fake as NativeCore, () => undefined);
  return { inbox, heard, clock };
}

const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `${at}`);

describe("what many native threads tell", () => {
  it("is read in parts of any size, and all of it is handled in its order", () => {
    const { inbox, heard } = inboxOf(1_000, 3, 999, 1);
    inbox.drain();
    assert.deepEqual(heard, ids(2_003));
  });

  it("is read on by whoever asks from inside of a handler", () => {
    const { inbox, heard } = inboxOf(1_000, 997, 500);
    const seen: number[] = [];
    inbox.hear({
      granted: ({ id }) => {
        heard.push(id);
        if (heard.length !== 10) return;
        inbox.drain();
        seen.push(heard.length);
      },
    });
    inbox.drain();
    assert.deepEqual(heard, ids(2_497));
    assert.deepEqual(seen, [2_497]);
  });

  it("is handled in turns that leave the loop to others, until there is no more", async () => {
    const { inbox, heard, clock } = inboxOf(4, 3, 2);
    // A turn is 8 ms long: it is over after two of them.
    inbox.hear({ granted: ({ id }) => (clock.advance(4), void heard.push(id)) });
    inbox.drainSoon();
    const turns: number[] = [];
    for (let turn = 0; turn < 7; turn++) {
      await clock.yield();
      turns.push(heard.length);
    }
    assert.deepEqual(turns, [2, 4, 6, 8, 9, 9, 9]);
    assert.deepEqual(heard, ids(9));
  });
});
