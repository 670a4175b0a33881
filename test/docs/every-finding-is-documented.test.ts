import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cases } from "../../src/validate/cases.ts";
import { meanings } from "../../src/validate/findings.ts";
import { page, section } from "./documents.ts";

const validating = page("docs/validating-a-plugin.md");

describe("docs/validating-a-plugin.md", () => {
  it("has a heading for each finding, in their order, and calls warnings so", () => {
    const [, ...parts] = section(validating, "Findings").split(/^### /m);
    const documented = parts.map((part) => {
      const [code = "", ...lines] = part.split("\n");
      const isWarning = lines.join("\n").trim().startsWith("Warning: ");
      return [code, isWarning ? "warning" : "failed"] as const;
    });
    const known = Object.entries(meanings).map(([code, { severity }]) => [code, severity]);
    assert.deepEqual(documented, known);
  });

  it("has a line for each case, in their order", () => {
    const lines = section(validating, "Cases").matchAll(/^\| `([a-z-]+)` \|/gm);
    assert.deepEqual(
      [...lines].map(([, name]) => name),
      cases.map(({ name }) => name),
    );
  });
});
