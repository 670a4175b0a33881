import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Standing } from "../../src/job/standing.ts";
import type { Outcome, RequestCounts } from "../../src/queue/item.ts";

const asked: RequestCounts = {
  pending: 10,
  sent: 2,
  warned: 1,
  failed: 0,
  removed: 0,
  moved: 0,
  movedTo: null,
  nextDueAt: null,
  bytes: 1_000,
};
const why = { code: "A900", sentence: "The peer refuses it." };
const outcomes: readonly Outcome[] = [
  { kind: "sent", warning: null },
  { kind: "sent", warning: "B000" },
  { kind: "failed", why },
  { kind: "retry", dueAt: 1, isAlone: false, why },
];

describe("how a request stands", () => {
  it("is not known before the queue was asked, whatever is settled", () => {
    const standing = new Standing();
    for (const outcome of outcomes) standing.settled(outcome);
    assert.equal(standing.counts, null);
  });

  it("is what the queue says, and what is settled after it was asked, before its answer or after", async () => {
    const standing = new Standing();
    for (const outcome of outcomes) standing.settled(outcome);
    const { promise, resolve } = Promise.withResolvers<RequestCounts>();
    const answer = standing.ask(() => promise);
    for (const outcome of outcomes) standing.settled(outcome);
    resolve(asked);
    const after = { ...asked, pending: 7, sent: 4, warned: 2, failed: 1 };
    assert.deepEqual(await answer, after);
    assert.deepEqual(standing.counts, after);
    for (const outcome of outcomes) standing.settled(outcome);
    assert.deepEqual(standing.counts, { ...asked, pending: 4, sent: 6, warned: 3, failed: 2 });
  });

  it("is asked anew, while another question is on its way, too", async () => {
    const standing = new Standing();
    const first = Promise.withResolvers<RequestCounts>();
    const second = Promise.withResolvers<RequestCounts>();
    const answers = [standing.ask(() => first.promise)];
    standing.settled({ kind: "sent", warning: null });
    answers.push(standing.ask(() => second.promise));
    standing.settled({ kind: "sent", warning: null });
    first.resolve(asked);
    second.resolve({ ...asked, pending: 9, sent: 3 });
    await Promise.all(answers);
    assert.deepEqual(standing.counts, { ...asked, pending: 8, sent: 4 });
  });

  it("counts nothing twice that the queue was told before it was asked, and we hear of later", async () => {
    const standing = new Standing();
    const { promise, resolve } = Promise.withResolvers<RequestCounts>();
    const before = standing.asked;
    const answer = standing.ask(() => promise);
    const since = standing.asked;
    // Of both the queue has heard; of one before the question, of the other after it.
    standing.settled({ kind: "failed", why }, before);
    standing.settled({ kind: "failed", why }, since);
    resolve(asked);
    assert.deepEqual(await answer, { ...asked, pending: 9, failed: 1 });
    standing.settled({ kind: "failed", why }, before);
    assert.deepEqual(standing.counts, { ...asked, pending: 9, failed: 1 });
    standing.settled({ kind: "failed", why }, since);
    assert.deepEqual(standing.counts, { ...asked, pending: 8, failed: 2 });
  });

  it("is not known if somebody has changed it, nor if the queue fails", async () => {
    const standing = new Standing();
    await standing.ask(async () => asked);
    standing.forget();
    assert.equal(standing.counts, null);
    await assert.rejects(
      standing.ask(() => Promise.reject(new Error("full"))),
      /full/,
    );
    assert.equal(standing.counts, null);
  });
});
