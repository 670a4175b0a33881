import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { progressErrorCodes } from "../../src/progress/errors.ts";
import { warningCodes } from "../../src/progress/warnings.ts";
import { page, section } from "./documents.ts";

const progress = page("docs/progress.md");

/** The codes in the first column of the table below a heading. */
const documented = (heading: string): readonly string[] =>
  [...section(progress, heading).matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code ?? "");

describe("docs/progress.md", () => {
  it("has a line for each code of an error, and no other", () => {
    assert.deepEqual(documented("Errors").toSorted(), Object.keys(progressErrorCodes).toSorted());
  });

  it("has a line for each code of a warning, and no other", () => {
    assert.deepEqual(documented("Warnings").toSorted(), [...warningCodes].toSorted());
  });
});
