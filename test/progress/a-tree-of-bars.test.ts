import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderTree } from "../../src/progress.ts";
import { Lab } from "./support/lab.ts";

describe("a tree of bars", () => {
  it("has a row for each node: how far it is, its weight, the time left, its last line", async () => {
    const lab = new Lab();
    const all = lab.aggregator("Archive", { concurrency: "sequential" });
    const read = all.add(lab.observer("Read"), 3);
    const inner = all.add(lab.aggregator("Convert"));
    inner.add(lab.task("漢字", () => undefined));
    void all.run();
    for (let step = 1; step <= 50; step++) {
      read.advance();
      lab.clock.advance(2_000);
    }
    read.log("info", "half of it");
    const lines = renderTree(all.snapshot(), { columns: 90 }).split("\n");
    assert.deepEqual(lines, [
      "▸ Archive                   ████████████░░░░░░░░  62 %  1:38 left",
      "▸   Read                    ██████████░░░░░░░░░░  50 %  ×3  1:38 left  half of it",
      "✔   Convert                 ████████████████████ 100 %  in 0:00",
      "✔     漢字                  ████████████████████ 100 %  in 0:00",
    ]);
    read.finish();
  });

  it("U22: follows the reports, is empty before any, and is no bar where the whole is unknown", () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    const known = all.add(lab.observer("known", { total: 4 }));
    const unknown = all.add(lab.observer("unknown", { total: null }));
    const shown = (): readonly string[] =>
      renderTree(all.snapshot(), { columns: 60 })
        .split("\n")
        .slice(1)
        .map((line) => line.slice(11, 43).trim());
    void all.run();
    assert.deepEqual(shown(), ["░░░░░░░░░░   0 %", "0 done"]);
    const bars = ["██░░░░░░░░  25 %", "█████░░░░░  50 %", "███████░░░  75 %", "██████████ 100 %"];
    for (const [index, bar] of bars.entries()) {
      known.report(index + 1);
      unknown.report((index + 1) * 1_000);
      assert.deepEqual(shown(), [bar, `${(index + 1) * 1_000} done`]);
    }
    all.cancel();
  });

  it("is no wider and no higher than the page, and says what has no room", () => {
    const lab = new Lab();
    const all = lab.aggregator("all", { onFailure: "continue" });
    for (let part = 0; part < 3_000; part++) {
      const group = all.add(
        lab.aggregator(`group ${part} with a name that is far too long to fit`),
      );
      const observer = group.add(lab.observer("leaf"));
      if (part % 3 === 0) observer.fail(new Error("no"));
      if (part % 3 === 1) observer.finish();
    }
    void all.run().catch(() => undefined);
    const lines = renderTree(all.snapshot(), { columns: 40, rows: 12 }).split("\n");
    assert.equal(lines.length, 12);
    assert.ok(
      lines.every((line) => line.length < 40),
      lines.join("\n"),
    );
    assert.equal(lines.at(-1), "…   and 5990 more");
    for (const { parts } of all.snapshot().parts) assert.equal(parts.length, 1);
    all.cancel();
  });

  it("counts what waits or is over where there is no room for it", () => {
    const lab = new Lab();
    const all = lab.aggregator("all", { concurrency: 1 });
    for (let part = 0; part < 5; part++) all.add(lab.task("done", () => undefined));
    const busy = all.add(lab.task("busy", () => lab.clock.yield()));
    for (let part = 0; part < 90; part++) all.add(lab.task("next", () => undefined));
    void all.run();
    const lines = renderTree(all.snapshot(), { columns: 80, rows: 5 }).split("\n");
    assert.deepEqual(
      lines.map((line) => line.slice(0, 32).trimEnd()),
      [
        "▸ all                       █░░░",
        "▸   busy                    ░░░░",
        "…   5 finished, 90 waiting",
      ],
    );
    void busy;
    all.cancel();
  });
});
