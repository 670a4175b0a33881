import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Lab, untilCanceled } from "./support/lab.ts";

// N3 and N16.
describe("an aggregator with a part that fails", () => {
  it("N3: cancels the others when one fails, and fails with all errors when they have ended", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const busy = all.add(lab.task("busy", untilCanceled));
    const bad = all.add(lab.observer("bad"));
    const last = all.add(lab.observer("last"));
    const error = new Error("first");
    const end = all.run();
    bad.fail(error);
    assert.deepEqual([busy.signal.reason, last.state, all.state], [error, "canceling", "running"]);
    last.fail(new Error("while it was canceled"));
    await assert.rejects(end, (thrown) => {
      assert.ok(thrown instanceof AggregateError);
      assert.deepEqual(thrown.errors, [error]);
      assert.match(thrown.message, /^1 of 3 parts of "all" failed$/);
      return true;
    });
    assert.deepEqual([busy.state, last.state, all.state], ["canceled", "canceled", "failed"]);
  });

  it('N16: with "continue" runs them all, and fails with all errors, in the order of its parts', async () => {
    const lab = new Lab();
    const all = lab.aggregator("all", { onFailure: "continue", concurrency: "sequential" });
    const errors = [new Error("one"), new Error("two")];
    const works = [errors[0], null, errors[1], null].map((error) => async (): Promise<void> => {
      if (error != null) throw error;
    });
    const parts = works.map((work) => all.add(lab.task("t", work)));
    await assert.rejects(all.run(), (thrown) => {
      assert.deepEqual((thrown as AggregateError).errors, errors);
      return true;
    });
    const states = parts.map(({ state }) => state);
    assert.deepEqual(states, ["failed", "finished", "failed", "finished"]);
    assert.deepEqual([all.done, all.fraction], [200, 0.5]);
  });

  it("shows where it stopped, and everything after is too late", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const observer = all.add(lab.observer("o"));
    observer.report(43);
    observer.fail(new Error("no"));
    await all.run().catch(() => undefined);
    assert.deepEqual([all.done, all.snapshot().percent, all.state], [43, 43, "failed"]);
    assert.equal(all.cancel(), false);
  });

  it("before it is run begins none of the others", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    all.add(lab.observer("bad")).fail(new Error("no"));
    const other = all.add(lab.task("other", () => assert.fail()));
    await assert.rejects(all.run(), AggregateError);
    assert.deepEqual([other.state, all.state], ["canceled", "failed"]);
  });

  it("while it is canceled has failed, not been canceled", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all", { onFailure: "continue" });
    const [bad, slow] = [all.add(lab.observer("bad")), all.add(lab.observer("slow"))];
    const end = all.run();
    bad.fail(new Error("no"));
    all.cancel();
    slow.finish();
    await assert.rejects(end, AggregateError);
    assert.deepEqual([slow.state, all.state], ["canceled", "failed"]);
  });
});
