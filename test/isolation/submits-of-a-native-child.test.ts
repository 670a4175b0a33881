import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { FarSubmits } from "../../src/isolated/native/far-submits.ts";
import type { NativeRow, NativeStoreRequest } from "../../src/native/messages.ts";

type Add = Extract<NativeStoreRequest, { readonly kind: "add" }>;

const row = {
  type: "t",
  content: "{}",
  progress: 0,
  submittedState: null,
  hasReset: false,
  priority: 0,
  key: null,
  startAt: 0,
  userData: null,
  awaited: false,
  stepTimeoutMs: 0,
  maxAttempts: 1,
} as unknown as NativeRow;

/** A host that answers a submit when it is told to, and the native threads that are answered. */
class Scene {
  readonly committed: number[] = [];
  readonly refused: number[] = [];
  readonly answers: (() => void)[] = [];
  readonly submits: FarSubmits;

  constructor() {
    let jobs = 0;
    this.submits = new FarSubmits({
      store: {
        committed: (ticket: number) => void this.committed.push(ticket),
        refused: (ticket: number) => void this.refused.push(ticket),
      },
      jobs: {
        offer: () => ({ number: (jobs += 1), type: "t", content: "{}" }),
        identify: () => undefined,
        refused: () => undefined,
      },
      link: {
        tell: () => undefined,
        ask: (name: string) =>
          new Promise((resolve) => {
            const one = { kind: "submitted", id: "id" };
            this.answers.push(() => resolve(name === "submit" ? one : ["id", "id"]));
          }),
      },
    } as never);
  }

  submit(ticket: number, mayWait: boolean, rows = 1): void {
    const add: Add = {
      kind: "add",
      ticket,
      mayWait,
      rows: Array.from({ length: rows }, () => row),
    };
    void this.submits.submit(add);
  }
}

void it("of the submits of a native child at most 256 are on their way, of each kind", async () => {
  const scene = new Scene();
  for (let ticket = 1; ticket <= 1_000; ticket += 1) scene.submit(ticket, false, (ticket % 2) + 1);
  assert.equal(scene.answers.length, 256);
  // Somebody who waits for room in a thread is not kept back by those who wait for nothing.
  for (let ticket = 1_001; ticket <= 1_300; ticket += 1) scene.submit(ticket, true);
  assert.equal(scene.answers.length, 512);
  for (let answered = 0; answered < 1_300; answered += 1) {
    const answer = scene.answers.shift();
    assert(answer !== undefined);
    answer();
    await nextTurn();
    assert.ok(scene.answers.length <= 512);
  }
  assert.equal(scene.refused.length, 0);
  assert.deepEqual(
    scene.committed.filter((ticket) => ticket <= 1_000),
    Array.from({ length: 1_000 }, (_, at) => at + 1),
  );
  assert.equal(scene.committed.length, 1_300);
});
