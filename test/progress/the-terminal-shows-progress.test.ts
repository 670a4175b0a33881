import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { story } from "./support/shown-story.ts";

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
});
