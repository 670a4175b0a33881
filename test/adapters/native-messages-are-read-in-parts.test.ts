import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NativeInbox } from "../../src/adapters/native/inbox.ts";
import type { NativeCore } from "../../src/native/binding.ts";
import { FakeClock } from "../../src/testing/index.ts";

/** A core that has so many messages to tell, flat as `drain` answers them, and an inbox that hears them. */
function inboxOf(count: number): { inbox: NativeInbox; heard: string[]; parts: number[] } {
  const told = Array.from({ length: count }, (_, at) => ["granted", `job ${at}`]);
  const parts: number[] = [];
  const fake: Partial<NativeCore> = {
    drain: (_all, most) => {
      const part = told.splice(0, most);
      parts.push(part.length);
      return part.flat();
    },
  };
  const inbox = new NativeInbox(new FakeClock());
  const heard: string[] = [];
  inbox.hear({ granted: ({ id }) => void heard.push(id) });
  inbox.connect(fake as NativeCore, () => undefined);
  return { inbox, heard, parts };
}

const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `job ${at}`);

describe("what many native threads tell", () => {
  it("is read in parts, and all of it is handled in its order", () => {
    const { inbox, heard, parts } = inboxOf(2_500);
    inbox.drain();
    assert.deepEqual(heard, ids(2_500));
    assert.deepEqual(parts, [1_000, 1_000, 500]);
  });

  it("is read on by whoever asks from inside of a handler", () => {
    const { inbox, heard } = inboxOf(2_500);
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
    assert.deepEqual(heard, ids(2_500));
    assert.deepEqual(seen, [2_500]);
  });

  it("is asked for once more if it was as much as is read at once", () => {
    const { inbox, heard, parts } = inboxOf(1_000);
    inbox.drain();
    assert.equal(heard.length, 1_000);
    assert.deepEqual(parts, [1_000, 0]);
  });
});
