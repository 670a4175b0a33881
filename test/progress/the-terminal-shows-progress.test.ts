import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { showProgress } from "../../src/progress.ts";
import { Lab } from "./support/lab.ts";
import { Page, story } from "./support/shown-story.ts";

const noPaper = {
  write: (): never => {
    throw new Error("the paper is out");
  },
};

describe("showing progress", () => {
  it("on a terminal draws at most ten times a second, at last how it ended", async () => {
    const page = await story("bars");
    assert.ok(page.writes.length <= 10 * 11 + 3, `${page.writes.length}`);
    const last = stripVTControlCharacters(page.writes.join("")).split("\n").slice(-4);
    assert.deepEqual(
      last.slice(0, 3).map((line) => line.trimEnd()),
      [
        "✖ Archive                   ███████████████░░░░░  75 %  in 0:10  1 of …",
        "✔   Read                    ████████████████████ 100 %  ×3  in 0:10",
        "✖   Send                    70 done  in 0:10  the line is gone",
      ],
    );
  });

  it("elsewhere writes a line for each change of a state, each tenth, each line of the log", async () => {
    const { lines } = await story("lines");
    assert.deepEqual(
      lines
        .filter((line) => line.startsWith("Archive › Read"))
        .map((line) => line.replace(/, .* left/, "")),
      [
        "Archive › Read: running",
        "Archive › Read: 10 %",
        "Archive › Read: 20 %",
        "Archive › Read: 30 %",
        "Archive › Read: 40 %",
        "Archive › Read: 50 %",
        "Archive › Read: finished in 0:10",
      ],
    );
    assert.deepEqual(lines.slice(-4), [
      "Archive › Send: warning: the line is slow very",
      "Archive › Read: finished in 0:10",
      "Archive › Send: failed, the line is gone",
      'Archive: failed at 75 %, 1 of 2 parts of "Archive" failed',
    ]);
  });

  it("for programs writes lines of JSON", async () => {
    const { lines } = await story("json");
    const changes = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const last = changes.at(-1);
    assert.deepEqual(
      [last?.["kind"], last?.["path"], last?.["state"], last?.["percent"], last?.["parts"]],
      ["state", ["Archive"], "failed", 75, undefined],
    );
    const log = changes.find(({ kind }) => kind === "log");
    assert.deepEqual([log?.["level"], log?.["path"]], ["warning", ["Archive", "Send"]]);
    assert.ok(changes.filter(({ kind }) => kind === "progress").length >= 20);
  });

  it("lets no name and no line of a log move the cursor", async () => {
    const page = await story("bars");
    const drawn = page.writes.join("");
    assert.ok(!drawn.includes("\u001B[2J"));
    assert.match(stripVTControlCharacters(drawn), /the line is slow very/);
  });

  it("of what changes all the time writes ten times a second, and of what does not nothing", async () => {
    const lab = new Lab();
    const observer = lab.observer("o", { total: 10_000 });
    const page = new Page(false);
    const shown = showProgress(observer, { screen: page, mode: "json", clock: lab.clock });
    const writesIn = (ms: number, work: () => void): number => {
      const before = page.writes.length;
      for (let at = 0; at < ms; at++) {
        work();
        lab.clock.advance(1);
      }
      return page.writes.length - before;
    };
    assert.equal(
      writesIn(1_000, () => observer.advance()),
      10,
    );
    assert.equal(
      writesIn(1_000, () => undefined),
      0,
    );
    observer.finish();
    await shown;
  });

  it("on a screen that throws ends with that, and the work goes on", async () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    for (const mode of ["bars", "lines", "json"] as const) {
      const shown = showProgress(observer, { screen: noPaper, mode, clock: lab.clock });
      await assert.rejects(shown, /the paper is out/);
    }
    assert.equal(observer.state, "running");
    observer.finish();
  });

  it("ends when it is told to, and the work goes on", async () => {
    const lab = new Lab();
    const observer = lab.observer("o");
    const controller = new AbortController();
    const page = new Page(false);
    const options = { screen: page, clock: lab.clock, signal: controller.signal };
    const shown = showProgress(observer, options);
    controller.abort();
    await shown;
    observer.report(50);
    lab.clock.advance(1_000);
    assert.deepEqual(page.lines, ["o: running"]);
    observer.finish();
  });
});
