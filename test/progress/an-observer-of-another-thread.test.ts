import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { shareControl } from "../../src/progress.ts";
import { Lab, begun } from "./support/lab.ts";

const file = new URL("support/own-thread.ts", import.meta.url);

describe("an observer whose control was sent to a thread", () => {
  it("hears its reports and its lines, and stops it, though it never rests", async () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    const shared = shareControl(observer);
    const told = begun(observer);
    const worker = new Worker(file, { workerData: shared, transferList: [shared.port] });
    const exit = once(worker, "exit");
    const said = once(worker, "message");
    while (observer.done === 0) await lab.clock.yield();
    lab.clock.advance(40);
    await told;
    assert.equal(observer.done, 50);
    observer.cancel("enough");
    const [{ reason, done }] = (await said) as [{ reason: unknown; done: number }];
    assert.equal(reason, "enough");
    assert.ok(done > 0);
    while (lab.warnings.length === 0) await lab.clock.yield();
    observer.finish();
    // Nothing of ours keeps the thread from its end.
    await exit;
    assert.deepEqual(
      observer.logs().map(({ text }) => text),
      ["on my own thread"],
    );
    assert.deepEqual([observer.state, lab.warned], ["canceled", ["o: NOT_A_NUMBER"]]);
  });
});
