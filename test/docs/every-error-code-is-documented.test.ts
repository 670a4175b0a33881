import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { errorCodes, failureCodes } from "../../src/core/errors.ts";
import { page, section } from "./documents.ts";

const errors = page("docs/errors.md");

describe("docs/errors.md", () => {
  it("has a heading for each code that a call throws, and no other", () => {
    const documented = entries("Codes of calls").map(({ code }) => code);
    assert.deepEqual(documented.toSorted(), Object.keys(errorCodes).toSorted());
  });

  it("has a heading for each code that a job fails with, with the number of Orthanc", () => {
    const documented = entries("Codes of failed jobs").map(({ code, text }) => {
      const number = /^Orthanc's number: (\d+)\. /.exec(text)?.[1];
      return [code, Number(number)] as const;
    });
    assert.deepEqual(Object.fromEntries(documented), failureCodes);
  });

  it("says more of each than its name", () => {
    for (const heading of ["Codes of calls", "Codes of failed jobs"]) {
      for (const { code, text } of entries(heading)) {
        assert(text.length > 40, `${code} is not explained`);
      }
    }
  });
});

function entries(heading: string): readonly { readonly code: string; readonly text: string }[] {
  const [, ...parts] = section(errors, heading).split(/^### /m);
  return parts.map((part) => {
    const [code = "", ...lines] = part.split("\n");
    return { code, text: lines.join("\n").trim() };
  });
}
