import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { everything, parametersOf, queryFrom, type Query } from "../../src/dashboard/view/query.ts";
import { keyOf, rowsOf } from "../../src/dashboard/view/rows.ts";
import { wireJob } from "./jobs-on-the-wire.ts";

const failed = { Attempt: 1, Code: "NO_PAPER", Message: "Tray 2 is empty" };
const jobs = [
  wireJob({ ID: "1", Type: "print", Key: "tray", Priority: 3, CreationTime: "20261122T110001" }),
  wireJob({ ID: "2", Type: "copy", State: "Running", CreationTime: "20261122T110002" }),
  wireJob({ ID: "3", Type: "print", Priority: 9, CreationTime: "20261122T110003" }),
  wireJob({ ID: "4", Type: "scan", State: "Paused", CreationTime: "20261122T110004" }),
  wireJob({ ID: "5", Type: "print", State: "Failure", BatonError: failed }),
  wireJob({ ID: "6", Type: "copy", State: "Success", Content: { Pages: 77 } }),
];

const shown = (query: Partial<Query>, closed: readonly ("pending" | "inactive")[] = []) =>
  rowsOf(jobs, { ...everything, ...query }, new Set(closed));

const keys = (query: Partial<Query>): string => shown(query).rows.map(keyOf).join(" ");

describe("the rows of the table", () => {
  it("are the jobs in three groups, the newest first; an empty group has none", () => {
    assert.equal(keys({}), "running 2 pending 4 3 1 inactive 6 5");
    assert.equal(keys({ types: ["scan"] }), "pending 4");
  });

  it("are ordered by what is asked for, and else by submission", () => {
    assert.equal(keys({ sort: "priority" }), "running 2 pending 3 1 4 inactive 6 5");
    assert.equal(
      keys({ sort: "type", isDescending: false }),
      "running 2 pending 1 3 4 inactive 6 5",
    );
  });

  it("are those of which state, type and key are wanted, and that have every word", () => {
    assert.equal(keys({ states: ["Pending"] }), "pending 3 1");
    assert.equal(keys({ types: ["print"], keys: ["tray"] }), "pending 1");
    assert.equal(keys({ text: "PRINT  empty" }), "inactive 5");
    assert.equal(keys({ text: "77" }), "inactive 6");
    assert.equal(keys({ text: "77 paper" }), "");
  });

  it("do not show the jobs of a closed group, but count them", () => {
    const { rows, matching, failed: failures } = shown({}, ["pending", "inactive"]);
    assert.deepEqual(rows.map(keyOf), ["running", "2", "pending", "inactive"]);
    assert.equal(matching, 6);
    assert.deepEqual(
      failures.map(({ ID }) => ID),
      ["5"],
    );
  });

  it("are found by their keys", () => {
    const { rows, indices } = shown({});
    for (const [index, row] of rows.entries()) assert.equal(indices.get(keyOf(row)), index);
  });
});

describe("what is wanted", () => {
  it("goes into the address and comes out of it", () => {
    const query: Query = {
      states: ["Running", "Failure"],
      types: ["a b", "ü"],
      keys: ["k&=#"],
      text: "some words",
      sort: "runtime",
      isDescending: false,
    };
    assert.deepEqual(queryFrom(new URLSearchParams(parametersOf(query).toString())), query);
    assert.equal(parametersOf(everything).toString(), "");
    assert.deepEqual(queryFrom(new URLSearchParams("state=Odd&sort=-odd")), everything);
  });
});
