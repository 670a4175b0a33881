import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Work } from "../../src/progress.ts";
import { Lab, untilCanceled } from "./support/lab.ts";

// N1 to N8 and N12, and every other wrong use: a warning or an error with a code, never a broken job.
/** A promise of somebody else's, which calls back twice and then throws. */
function callBackTwice(_: unknown, reject: (error: unknown) => void): never {
  reject("first");
  reject("second");
  throw new Error("third");
}
const unruly = new Proxy({} as PromiseLike<never>, {
  get: (_, name) => (name === "then" ? callBackTwice : undefined),
});

describe("whoever does the work wrongly", () => {
  it("N1, N2: throws: it has failed, whatever was thrown and however", async () => {
    const lab = new Lab();
    const works: readonly Work<unknown>[] = [
      () => {
        throw null;
      },
      async () => {
        throw undefined;
      },
      () => Promise.reject(new Error("no")),
      () => unruly,
    ];
    const errors = await Promise.all(
      works.map(async (work) => {
        const task = lab.task<unknown>("t", work);
        await task.run().catch(() => undefined);
        const outcome = await task.settled;
        assert.equal(task.snapshot().state, "failed");
        return outcome.state === "failed" ? outcome.error : assert.fail();
      }),
    );
    assert.deepEqual(errors, [null, undefined, new Error("no"), "first"]);
  });

  it("N6, N7: reports too much, too little, or no number: it is cut or ignored", () => {
    const lab = new Lab();
    const observer = lab.observer("o", { total: 10 });
    for (const done of [3, 2, Number.NaN, -1, 250]) observer.report(done);
    assert.deepEqual([observer.done, observer.fraction], [10, 1]);
    assert.deepEqual(lab.warned, ["o: DONE_LOWERED", "o: NOT_A_NUMBER"]);
    const unknown = lab.observer("unknown", { total: null });
    unknown.report(Infinity);
    unknown.report("7" as unknown as number);
    assert.equal(unknown.done, 0);
    assert.deepEqual(lab.warned.slice(2), ["unknown: NOT_A_NUMBER"]);
  });

  it("sets a total that is none: it is ignored", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    for (const total of [Number.NaN, -1, Infinity]) observer.setTotal(total);
    assert.deepEqual([observer.total, lab.warned], [100, ["o: NOT_A_NUMBER"]]);
  });

  it("reports, or sets a total, after the end: it is ignored", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    observer.report(40);
    observer.cancel();
    observer.finish();
    observer.report(80);
    observer.setTotal(7);
    observer.fail(new Error("too late"));
    assert.deepEqual([observer.done, observer.total, observer.state], [40, 100, "canceled"]);
    assert.deepEqual(lab.warned, ["o: REPORTED_AFTER_END"]);
  });

  it("changes the total after something was done: one warning that names it", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    observer.setTotal(50);
    assert.deepEqual(lab.warned, []);
    observer.report(10);
    for (const total of [60, 70, 80]) observer.setTotal(total);
    assert.deepEqual(lab.warned, ["o: TOTAL_CHANGED"]);
    assert.match(lab.warnings[0]?.message ?? "", /^"o" got another total/);
    const unknown = lab.observer("unknown", { total: null });
    unknown.report(10);
    unknown.setTotal(60);
    assert.deepEqual([unknown.total, lab.warned.length], [60, 1]);
  });
});

describe("a listener that throws", () => {
  it("N12: on each event: it is warned of once, and the job and the others go on", async () => {
    const lab = new Lab();
    const task = lab.task("t", async (control) => {
      control.setTotal(10);
      for (let done = 1; done <= 5; done++) {
        control.report(done);
        control.log("info", `${done}`);
        lab.clock.advance(40);
      }
      await untilCanceled(control);
    });
    const heard = new Set<string>();
    for (const event of ["cancel", "state", "done", "total", "log"] as const) {
      task.on(event, () => {
        throw new Error(event);
      });
      task.on(event, () => void heard.add(event));
    }
    void task.run();
    task.cancel();
    await task.settled;
    assert.deepEqual([...heard], ["state", "log", "total", "done", "cancel"]);
    const causes = lab.warnings.map(({ cause }) => (cause as Error).message);
    assert.deepEqual(causes, ["state", "log", "total", "done", "cancel"]);
    assert.equal(task.state, "canceled");
  });
});
