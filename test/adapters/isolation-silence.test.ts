import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Silence } from "../../src/adapters/isolation/host/silence.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

function nothing(): void {}

/** Looks only when the test says so, as late as it likes. */
function watched(): {
  readonly silence: Silence;
  readonly late: number[][];
  readonly look: () => void;
} {
  const late: number[][] = [];
  let look = nothing;
  const clock: Clock = Object.create(new FakeClock(), {
    every: {
      value: (_ms: number, callback: () => void) => {
        look = callback;
        return { cancel: () => void (look = nothing) };
      },
    },
  });
  const silence = new Silence(clock, (runs) => void late.push([...runs]));
  return { silence, late, look: () => look() };
}

describe("the silence of an isolated plugin", () => {
  it("is too long after so many looks without a word", () => {
    const { silence, late, look } = watched();
    silence.watch(7, 500);
    for (let at = 0; at < 2; at += 1) look();
    assert.deepEqual(late, []);
    look();
    assert.deepEqual(late, [[7]]);
  });

  it("does not last while the host itself is held up", () => {
    const { silence, late, look } = watched();
    silence.watch(7, 500);
    look();
    // However late this one is: what was said meanwhile is heard right after it.
    look();
    silence.heard();
    look();
    assert.deepEqual(late, []);
  });

  it("is broken by every word", () => {
    const { silence, late, look } = watched();
    silence.watch(7, 500);
    for (let at = 0; at < 20; at += 1) {
      look();
      silence.heard();
    }
    assert.deepEqual(late, []);
  });

  it("names the runs that it is too long for, and no others", () => {
    const { silence, late, look } = watched();
    silence.watch(1, 250);
    silence.watch(2, 2_500);
    silence.watch(3, 250);
    silence.forget(3);
    for (let at = 0; at < 2; at += 1) look();
    assert.deepEqual(late, [[1]]);
  });

  it("is not counted when nothing is watched", () => {
    const { silence, late, look } = watched();
    silence.watch(1, 250);
    silence.forget(1);
    for (let at = 0; at < 9; at += 1) look();
    silence.watch(2, 250);
    look();
    assert.deepEqual(late, []);
  });
});
