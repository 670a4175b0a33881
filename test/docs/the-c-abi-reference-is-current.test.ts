import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { page, root } from "./documents.ts";

const header = page("native/include/baton.h").text;
const tool = join(root, "tools/c-abi-reference.mjs");

/** Runs the tool; answers the lines it complains with. */
function complaints(...parameters: readonly string[]): readonly string[] {
  const { status, stderr } = spawnSync(process.execPath, [tool, ...parameters], {
    encoding: "utf8",
  });
  const lines = stderr.split("\n").filter((line) => line !== "");
  assert.equal(status, lines.length === 0 ? 0 : 1, stderr);
  return lines;
}

describe("docs/c-abi-reference.md", () => {
  it("is what the headers say today", () => {
    assert.deepEqual(complaints("--check"), []);
  });

  it("has an entry for each function pointer of the header", () => {
    const pointers = [...header.matchAll(/\(BATON_CALL\* ?(\w+)\)\(/g)].map(([, name]) => name);
    const entries = [...page("docs/c-abi-reference.md").text.matchAll(/^### (?:\w+\.)?(\w+)$/gm)];
    const described = new Set(entries.map(([, name]) => name));
    assert.ok(pointers.length > 40);
    assert.deepEqual(
      pointers.filter((name) => !described.has(name)),
      [],
    );
  });
});

describe("the comments of baton.h", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "baton-header-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What is complained of when one place of the header reads otherwise. */
  function withChange(place: string | RegExp, otherwise: string): readonly string[] {
    const spoiled = header.replace(place, otherwise);
    assert.notEqual(spoiled, header, "the place is in the header");
    const path = join(folder, "baton.h");
    writeFileSync(path, spoiled);
    return complaints("--faults", path);
  }

  it("say of each function effect, outcome, ownership and thread", () => {
    assert.deepEqual(complaints("--faults"), []);
  });

  const comment = /\/\*(?:[^*]|\*(?!\/))*\*\/\n(?= *baton_status\(BATON_CALL\* submit_job\)\()/;

  const seeds: readonly {
    readonly what: string;
    readonly place: string | RegExp;
    readonly otherwise?: string;
    readonly says: readonly RegExp[];
  }[] = [
    {
      what: "a comment that is gone",
      place: comment,
      says: [
        /^baton_host\.submit_job does not say, in a sentence,/,
        /^baton_host\.submit_job does not end its comment with a tag line/,
        /^baton_host\.submit_job does not name its Errors/,
        /^baton_host\.submit_job does not say whose the job or the data is/,
      ],
    },
    {
      what: "a thread that is not among the words",
      place: "[loop-thread] */\n  void(BATON_CALL* stop)",
      otherwise: "[main-thread] */\n  void(BATON_CALL* stop)",
      says: [/^baton_plugin\.stop does not end its comment with a tag line of the known words/],
    },
    {
      what: "a call for a job that names no stage",
      place: "[any-thread] [job: any] */\n  baton_status(BATON_CALL* pause_job)",
      otherwise: "[any-thread] */\n  baton_status(BATON_CALL* pause_job)",
      says: [/^baton_host\.pause_job names no stage of its job/],
    },
    {
      what: "errors that are not named",
      place: /Errors: INVALID_ARGUMENT \(also: a mask of 0\).*\n/,
      otherwise: "\n",
      says: [/^baton_host\.subscribe does not name its Errors/],
    },
    {
      what: "an error that does not exist",
      place: "Errors: INVALID_JSON, TOO_LARGE.",
      otherwise: "Errors: INVALID_JSON, TOO_LONG.",
      says: [/^baton_run\.set_content names Errors that do not exist: TOO_LONG/],
    },
    {
      what: "a callback whose errors mean nothing",
      place: "Result: OK; an error fails the job (RESET_FAILED).",
      otherwise: "",
      says: [/^baton_job_desc\.reset does not say what its Result means/],
    },
    {
      what: "data that is nobody's",
      place: /Ownership: `data` stays yours; it is passed to `handler`.*\n/,
      otherwise: "\n",
      says: [/^baton_host\.register_route does not say whose the job or the data is/],
    },
    {
      what: "a function pointer that is not read",
      place: "baton_status(BATON_CALL* set_metric)(",
      otherwise: "baton_status(BATON_CALL* set_metric)[1](",
      says: [/^Of \d+ function pointers \d+ can be read\.$/],
    },
  ];
  for (const { what, place, otherwise, says } of seeds) {
    it(`cannot have ${what}`, () => {
      const found = withChange(place, otherwise ?? "");
      assert.equal(found.length, says.length, found.join("\n"));
      for (const [at, text] of says.entries()) assert.match(found[at] ?? "", text);
    });
  }
});
