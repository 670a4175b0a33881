import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Control, LogLine } from "../../src/progress.ts";
import { Lab } from "./support/lab.ts";

// U19 to U21 of what the model's own tests assert. U22, of widgets, is with the lines of a terminal.
const seventeen = (control: Control): void => {
  for (let line = 1; line <= 17; line++) control.log("info", `line ${line}`);
};

describe("the log", () => {
  it("U19: takes lines before, during and after the work, of every kind of node", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const task = all.add(lab.task("task", () => undefined));
    const observer = all.add(lab.observer("observer"));
    for (const node of [all, task, observer]) node.log("info", "before");
    observer.finish();
    await all.run();
    for (const node of [all, task, observer]) node.log("warning", "after");
    assert.deepEqual(
      [all, task, observer].map((node) => node.logs().length),
      [6, 2, 2],
    );
  });

  it("U20: of an aggregator has every line below it once, whenever it was logged, and its own", async () => {
    const lab = new Lab();
    const [outer, inner] = [lab.aggregator("outer"), lab.aggregator("inner")];
    const tasks = ["a", "b", "c", "d"].map((name) => lab.task(name, seventeen));
    for (const task of tasks) task.log("info", "by hand");
    for (const task of tasks.slice(0, 3)) inner.add(task);
    for (const task of [inner, ...tasks.slice(3)]) outer.add(task);
    inner.log("info", "mine");
    outer.log("info", "mine");
    await outer.run();
    const counts = [...tasks, inner, outer].map((node) => node.logs().length);
    assert.deepEqual(counts, [18, 18, 18, 18, 55, 74]);
  });

  it("says who logged a line, from whoever is asked down, in the order of logging", () => {
    const lab = new Lab();
    const [outer, inner] = [lab.aggregator("outer"), lab.aggregator("inner")];
    const leaf = lab.observer("leaf");
    outer.add(inner);
    const heard: LogLine[] = [];
    outer.on("log", (line) => heard.push(line));
    inner.add(leaf);
    leaf.log("error", "deep");
    outer.log("debug", "here");
    inner.log("info", "between");
    const time = lab.clock.now();
    const lines = [
      { time, level: "error", text: "deep", path: ["inner", "leaf"] },
      { time, level: "debug", text: "here", path: [] },
      { time, level: "info", text: "between", path: ["inner"] },
    ];
    assert.deepEqual(outer.logs(), lines);
    assert.deepEqual(heard, lines);
    leaf.finish();
  });

  it("keeps the last 1,000 lines of each, and cuts a line after 4,096 characters", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    for (let line = 1; line <= 1_500; line++) observer.log("info", `${line}`);
    observer.log("info", "x".repeat(5_000));
    const lines = observer.logs();
    assert.deepEqual([lines.length, lines[0]?.text, lines.at(-2)?.text], [1_000, "502", "1500"]);
    assert.deepEqual(
      [lines.at(-1)?.text.length, observer.snapshot().lastLine?.text.length],
      [4_096, 4_096],
    );
    observer.finish();
  });

  it("U21: shows its last line beside the progress: a snapshot has both", () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    assert.deepEqual([observer.snapshot().name, observer.snapshot().lastLine], ["o", null]);
    for (let step = 1; step <= 100; step++) {
      observer.log("info", `step ${step}`);
      observer.report(step);
      const { lastLine, fraction } = observer.snapshot();
      assert.deepEqual([lastLine?.text, fraction], [`step ${step}`, step / 100]);
    }
    observer.finish();
  });
});
