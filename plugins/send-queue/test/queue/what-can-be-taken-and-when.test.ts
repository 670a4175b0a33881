import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Prospect } from "../../src/queue/prospects.ts";
import type { QueueFile } from "../../src/queue/queue-file.ts";
import { queuedInstance } from "../support/queued-instance.ts";
import { enterInto, queueInMemory } from "../support/queue-in-memory.ts";

const why = { code: "0110", sentence: "The peer could not process it." };
const nothing: Prospect = { freeAt: null, behindUntil: null };

/** What is taken of a request is tried, and due again later. */
function retryAll(file: QueueFile, request: string, dueAt: number): void {
  const now = dueAt - 100;
  for (const { id } of file.claim(request, now, 10)) {
    file.settle(id, { kind: "retry", dueAt, isAlone: false, why }, now);
  }
}

/** A version of the instance 1.2, in a request of the same name. */
function enterVersion(file: QueueFile, hash: string, now: number): void {
  file.entering.keep(queuedInstance(hash, "1.2"), now);
  const request = { id: hash, destination: "pacs", priority: 0, isPermissive: false };
  file.entering.enter({ request, policy: "always", meant: { hashes: [hash] }, now });
}

describe("what can be taken of a request, and when", () => {
  it("is what is due first, and nobody has taken", (test) => {
    const file = queueInMemory(test);
    enterInto(file, "r1", ["a"], { now: 5 });
    enterInto(file, "r2", ["b", "c"], { now: 6 });
    assert.deepEqual(file.prospects.of("r2"), { freeAt: 6, behindUntil: null });
    const [first] = file.claim("r2", 10, 1);
    assert.deepEqual(file.prospects.of("r2"), { freeAt: 6, behindUntil: null });
    const [second] = file.claim("r2", 10, 1);
    assert.deepEqual(file.prospects.of("r2"), nothing);
    file.release([first?.id ?? 0, second?.id ?? 0]);
    retryAll(file, "r2", 900);
    assert.deepEqual(file.prospects.of("r2"), { freeAt: 900, behindUntil: null });
    assert.deepEqual(file.prospects.of("r3"), nothing);
  });

  it("waits for an older version, and what is beside it does not", (test) => {
    const file = queueInMemory(test);
    enterVersion(file, "old", 5);
    retryAll(file, "old", 900);
    enterVersion(file, "new", 6);
    assert.deepEqual(file.prospects.of("new"), { freeAt: null, behindUntil: 900 });
    assert.deepEqual(file.claim("new", 10, 10), []);
    // Another one enters the same request.
    enterInto(file, "new", ["beside"], { now: 7 });
    assert.deepEqual(file.prospects.of("new"), { freeAt: 7, behindUntil: 900 });
    assert.equal(file.claim("new", 10, 10).length, 1);
  });

  it("is, where the order counts, nothing before all that came earlier", (test) => {
    const file = queueInMemory(test);
    enterInto(file, "r1", ["a"], { now: 5 });
    enterInto(file, "r2", ["b"], { now: 6 });
    assert.deepEqual(file.prospects.inOrder("r1"), { freeAt: 5, behindUntil: null });
    assert.deepEqual(file.prospects.inOrder("r2"), { freeAt: null, behindUntil: 6 });
    retryAll(file, "r1", 900);
    assert.deepEqual(file.prospects.inOrder("r2"), { freeAt: null, behindUntil: 900 });
    assert.deepEqual(file.prospects.inOrder("r1"), { freeAt: 900, behindUntil: null });
    file.claimInOrder("r1", 900, 10);
    assert.deepEqual(file.prospects.inOrder("r1"), { freeAt: null, behindUntil: 900 });
    assert.deepEqual(file.prospects.inOrder("r3"), nothing);
  });
});
