import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getEventListeners } from "node:events";
import { Lab, statesOf, untilCanceled } from "./support/lab.ts";

// N10, N11, N13 to N15, N20 and N21, and the order of what is told.
describe("listeners", () => {
  it("hear the last progress, then the state, and then the promise resolves", async () => {
    const lab = new Lab();
    const heard: string[] = [];
    const all = lab.aggregator("all");
    const task = all.add(lab.task("task", () => undefined, { total: 7 }));
    for (const node of [all, task]) {
      node.on("done", (done) => heard.push(`${node.name} done ${done}`));
      node.on("state", (state) => heard.push(`${node.name} ${state}`));
      void node.settled.then(() => heard.push(`${node.name} settled`));
    }
    await all.run();
    assert.deepEqual(heard, [
      "all running",
      "task running",
      "task done 7",
      "task finished",
      "all done 100",
      "all finished",
      "task settled",
      "all settled",
    ]);
  });

  it("hear everything in the order in which it happened, though one of them makes the next happen", () => {
    const lab = new Lab();
    const task = lab.task("t", untilCanceled);
    task.on("state", (state) => {
      if (state === "running") task.cancel();
    });
    const states = statesOf(task);
    void task.run();
    assert.deepEqual(states, ["running", "canceling"]);
  });

  it("N10, N13: of a cancel see `canceling`, and a late one is called at once", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    const heard: unknown[] = [];
    observer.onCancel(() => heard.push(["early", observer.state]));
    observer.cancel("enough");
    observer.onCancel((reason) => heard.push(["late", reason]));
    observer.finish();
    observer.onCancel((reason) => heard.push(["after the end", reason]));
    observer.onCancel(() => {
      throw new Error("no");
    });
    assert.deepEqual(heard, [
      ["early", "canceling"],
      ["late", "enough"],
      ["after the end", "enough"],
    ]);
    assert.deepEqual(lab.warned, ["o: LISTENER_THREW"]);
  });

  it("N15: may ask for anything while they are called", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const observer = all.add(lab.observer("o"));
    void all.run();
    const asked: unknown[] = [];
    const ask = (): void => void asked.push(all.snapshot().parts[0]?.state, observer.logs().length);
    all.on("log", ask);
    observer.on("state", ask);
    observer.log("info", "line");
    observer.finish();
    assert.deepEqual(asked, ["running", 1, "finished", 1]);
  });

  it("N20: are not called any more once they are disposed of, not even of what is being told", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    const heard: string[] = [];
    observer.on("log", () => second[Symbol.dispose]());
    const second = observer.on("log", () => heard.push("second"));
    {
      using _ = observer.on("log", ({ text }) => heard.push(text));
      observer.log("info", "inside");
    }
    observer.log("info", "outside");
    assert.deepEqual(heard, ["inside"]);
    observer.finish();
  });

  it("that log what they hear of hear no end of it, and everybody goes on", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const observer = all.add(lab.observer("o"));
    let calls = 0;
    all.on("log", () => {
      calls += 1;
      observer.log("info", "heard");
    });
    observer.log("info", "first");
    assert.ok(calls > 1 && calls < 1_000, `${calls}`);
    assert.deepEqual(lab.warned, ["all: LISTENER_THREW"]);
    observer.log("info", "again");
    observer.finish();
    await observer.settled;
  });

  it("N14: that come after the end read it from watch(), and are never called", async () => {
    const lab = new Lab();
    const task = lab.task("t", () => undefined);
    const lines: string[] = [];
    task.on("log", () => lines.push("early"));
    await task.run();
    task.on("log", () => lines.push("late"));
    const states = statesOf(task);
    const seen: string[] = [];
    for await (const { state } of task.watch()) seen.push(state);
    task.log("info", "late");
    assert.deepEqual([seen, states, lines], [["finished"], [], []]);
  });

  it("N21: of a signal that lives long are gone when its 10,000 tasks have ended", async () => {
    const lab = new Lab();
    const { signal } = new AbortController();
    const tasks = Array.from({ length: 10_000 }, (_, index) =>
      lab.task(`${index}`, () => undefined, { signal }),
    );
    assert.ok(getEventListeners(signal, "abort").length === 10_000);
    await Promise.all(tasks.map((task) => task.run()));
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("of a signal cancel with its reason, also if it was aborted before", async () => {
    const lab = new Lab();
    const controller = new AbortController();
    const running = lab.task("running", untilCanceled, { signal: controller.signal });
    void running.run();
    controller.abort("over");
    const late = lab.task("late", () => assert.fail(), { signal: controller.signal });
    void late.run();
    assert.deepEqual([running.state, late.state], ["canceling", "canceled"]);
    const reasons = (await Promise.all([running.settled, late.settled])).map((outcome) =>
      outcome.state === "canceled" ? outcome.reason : outcome,
    );
    assert.deepEqual(reasons, ["over", "over"]);
  });
});
