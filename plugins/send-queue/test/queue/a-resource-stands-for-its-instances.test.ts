import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Entered, Meant, QueuedInstance } from "../../src/queue/item.ts";
import { QueueFile } from "../../src/queue/queue-file.ts";
import { queuedInstance } from "../support/queued-instance.ts";

describe("a resource stands for its instances", () => {
  let file: QueueFile;

  beforeEach(() => {
    file = new QueueFile(new DatabaseSync(":memory:"));
  });
  afterEach(() => file.close());

  const keep = (instances: readonly QueuedInstance[], now = 1): void => {
    for (const instance of instances) file.entering.keep(instance, now);
  };
  const enter = (id: string, meant: Meant): Entered => {
    const request = { id, destination: `of ${id}`, priority: 0, isPermissive: false };
    return file.entering.enter({ request, policy: "always", meant, now: 5 });
  };
  const entered = (request: string): readonly string[] =>
    file.reader.items({ request }, 100).map(({ instance }) => instance.hash);

  it("whatever it is: the last version of each, what came first, first", () => {
    keep([queuedInstance("z", "1.1"), queuedInstance("old", "1.2"), queuedInstance("a", "1.3")]);
    keep([queuedInstance("new", "1.2")]);
    for (const resource of ["patient", "study", "series"]) {
      assert.equal(enter(resource, { resources: [resource] }).added, 3);
      assert.deepEqual(entered(resource), ["z", "a", "new"]);
    }
    enter("one", { resources: ["instance of 1.3"] });
    assert.deepEqual(entered("one"), ["a"]);
  });

  it("the last that came also if that was there before", () => {
    keep([queuedInstance("first", "1.2")], 1);
    keep([queuedInstance("second", "1.2")], 2);
    keep([queuedInstance("first", "1.2")], 3);
    enter("again", { resources: ["study"] });
    assert.deepEqual(entered("again"), ["first"]);
  });

  it("and for no version of another study", () => {
    const moved = queuedInstance("moved", "1.2");
    const resources = { ...moved.resources, study: "other", series: "other" };
    keep([queuedInstance("kept", "1.2")], 1);
    keep([{ ...moved, resources }], 2);
    enter("old", { resources: ["study"] });
    assert.deepEqual(entered("old"), ["kept"]);
    enter("new", { resources: ["patient"] });
    assert.deepEqual(entered("new"), ["moved"]);
  });

  it("in the order of the resources, each once", () => {
    keep([queuedInstance("a"), queuedInstance("b"), queuedInstance("c")]);
    const resources = ["instance of uid of c", "study", "instance of uid of a"];
    assert.equal(enter("many", { resources }).added, 3);
    assert.deepEqual(entered("many"), ["c", "a", "b"]);
    assert.equal(enter("files", { hashes: ["b", "a", "b"] }).added, 2);
    assert.deepEqual(entered("files"), ["b", "a"]);
  });

  it("or for nothing: then nothing has entered", () => {
    keep([queuedInstance("a")]);
    assert.equal(enter("unknown", { resources: ["study", "nobody", "noone"] }).unknown, "nobody");
    assert.deepEqual(file.reader.totals(), []);
    assert.equal(file.reader.place("unknown"), null);
  });

  it("and not for what is in the spool no more", () => {
    keep([queuedInstance("a")]);
    enter("sent", { resources: ["study"] });
    const [item] = file.claim("sent", 10, 1);
    file.settle(item?.id ?? 0, { kind: "sent", warning: null }, 11);
    assert.deepEqual(file.unneeded(10, 11), ["a"]);
    assert.equal(enter("later", { resources: ["study"] }).unknown, "study");
    const { missing, added } = enter("files", { hashes: ["a", "never there"] });
    assert.deepEqual({ missing, added }, { missing: 2, added: 0 });
    keep([queuedInstance("b")]);
    assert.equal(enter("rest", { resources: ["study"] }).missing, 0);
    assert.deepEqual(entered("rest"), ["b"]);
  });

  it("and says what of it waits already, by its bytes", () => {
    keep([queuedInstance("a"), queuedInstance("b"), queuedInstance("c")]);
    const request = { id: "second", destination: "of first", priority: 0, isPermissive: false };
    enter("first", { hashes: ["b", "c"] });
    const entry = { request, policy: "always", meant: { resources: ["study"] }, now: 6 } as const;
    const { added, merged, mergedHashes } = file.entering.enter(entry);
    assert.deepEqual({ added, merged }, { added: 1, merged: 2 });
    assert.deepEqual([...(mergedHashes ?? [])].toSorted(), ["b", "c"]);
    assert.deepEqual(entered("second"), ["a"]);
  });

  it("and each of its instances goes its own way", () => {
    keep([queuedInstance("sent", "1.1"), queuedInstance("old", "1.2"), queuedInstance("x", "1.3")]);
    enter("r", { hashes: ["sent", "old"] });
    for (const { id } of file.claim("r", 10, 2)) {
      file.settle(id, { kind: "sent", warning: null }, 11);
    }
    keep([queuedInstance("changed", "1.2")], 12);
    for (const [policy, added] of [
      ["updates-only", ["x", "changed"]],
      ["new-only", ["x"]],
      ["never", []],
      ["always", ["sent", "x", "changed"]],
    ] as const) {
      const request = { id: policy, destination: "of r", priority: 0, isPermissive: false };
      const meant = { resources: ["study"] };
      const { skipped } = file.entering.enter({ request, policy, meant, now: 13 });
      assert.deepEqual(entered(policy), added);
      assert.equal(skipped, 3 - added.length);
      file.remove({ request: policy }, 14);
    }
  });
});
