import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { states, statuses } from "../../src/adapters/native/numbers.ts";
import { logLevels } from "../../src/core/job-log.ts";
import { stopReasons } from "../../src/core/job-state.ts";

const header = readFileSync(new URL("../../native/include/baton.h", import.meta.url), "utf8");

/** The enumerators of baton.h that begin so, by number. */
function numbersOf(prefix: string): ReadonlyMap<number, string> {
  const lines = header.replaceAll(/\/\*[^]*?\*\//g, "").matchAll(/\bBATON_(\w+)\s*=\s*(\d+)/g);
  const all = [...lines].map(([, name = "", value]) => [Number(value), name] as const);
  const own = all.filter(([, name]) => name.startsWith(prefix));
  return new Map(own.map(([value, name]) => [value, name.slice(prefix.length)]));
}

/** As the header writes what TypeScript calls so. */
const inC = (name: string): string => name.replace("-", "_").toUpperCase();

/** A list that counts from `first`, as the header would have it. */
const asMap = (list: readonly string[], first: number): ReadonlyMap<number, string> =>
  new Map(list.map((name, index) => [first + index, inC(name)]));

describe("the numbers of TypeScript are those of baton.h:", () => {
  it("every status", () => {
    const errors = numbersOf("ERROR_");
    assert.equal(errors.size, 21);
    assert.deepEqual(asMap(statuses, 0), new Map([[0, "OK"], ...errors]));
    assert.match(header, /BATON_OK = 0,/);
  });

  it("every reason to stop", () => {
    assert.deepEqual(asMap(stopReasons, 1), numbersOf("STOP_"));
  });

  it("every state", () => {
    const names = { succeeded: "success", failed: "failure", retrying: "retry" } as const;
    const renamed = states.map((state) => ({ ...names })[state as keyof typeof names] ?? state);
    assert.deepEqual(asMap(renamed, 1), numbersOf("STATE_"));
  });

  it("every log level", () => {
    assert.deepEqual(asMap(logLevels, 1), numbersOf("LOG_"));
  });
});
