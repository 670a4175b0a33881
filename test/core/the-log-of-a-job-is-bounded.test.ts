import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { JobLogs, type LogLimits } from "../../src/core/job-log.ts";
import { boundedJson } from "../../src/core/json.ts";

const line = { time: 1, level: "info", data: null } as const;
const roomy: LogLimits = { entries: 3, charsOfLine: 0, charsOfJob: 1_000, charsOfHost: 10_000 };

void describe("the log of a job", () => {
  void it("keeps the last lines, numbered from the first that ever was", () => {
    const logs = logsOf(roomy, { a: ["1", "2", "3", "4", "5"] });
    assert.deepEqual(texts(logs, "a"), ["3:3", "4:4", "5:5"]);
    assert.deepEqual(logs.after("a", 4), [{ ...line, number: 5, text: "5" }]);
  });

  void it("keeps the last lines that fit", () => {
    const logs = logsOf({ ...roomy, charsOfJob: 5 }, { a: ["aa", "bb", "cc"] });
    assert.deepEqual(texts(logs, "a"), ["2:bb", "3:cc"]);
  });

  void it("counts the data beside a text", () => {
    const logs = logsOf({ ...roomy, charsOfJob: 12 }, { a: ["aa"] });
    logs.add("a", { ...line, text: "b", data: { n: 12_345 } });
    assert.deepEqual(texts(logs, "a"), ["2:b"]);
  });

  void it("goes whole when all logs together are too large, that of the quietest job first", () => {
    const logs = logsOf({ ...roomy, charsOfHost: 4 }, { a: ["a1"], b: ["b1"] });
    logs.add("a", { ...line, text: "2" });
    assert.deepEqual([texts(logs, "a"), texts(logs, "b")], [["1:a1", "2:2"], []]);
    logs.add("b", { ...line, text: "x" });
    assert.deepEqual(texts(logs, "b"), ["2:x"], "its numbers go on");
  });

  void it("counts what each line takes beside its text", () => {
    const logs = logsOf({ ...roomy, charsOfLine: 10, charsOfJob: 25 }, { a: ["1", "2", "3"] });
    assert.deepEqual(texts(logs, "a"), ["2:2", "3:3"]);
  });

  void it("gives back the room it took", () => {
    const logs = logsOf({ ...roomy, charsOfHost: 4 }, { a: ["a1"], b: ["b1"] });
    logs.forget("a");
    logs.add("c", { ...line, text: "c1" });
    assert.deepEqual([texts(logs, "a"), texts(logs, "b")], [[], ["1:b1"]]);
  });
});

void describe("data from a plugin", () => {
  void it("is copied if it is JSON and not too large", () => {
    assert.deepEqual(boundedJson({ a: [1, undefined], toJSON: undefined }, 20), { a: [1, null] });
  });

  void it("is replaced by a note otherwise", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [cycle, 1n, undefined, () => 1]) {
      assert.deepEqual(boundedJson(value, 20), { Omitted: "this is not JSON" });
    }
    const note = { Omitted: "12 characters of JSON, more than 11" };
    assert.deepEqual(boundedJson("x".repeat(10), 11), note);
  });

  void it("is not nested deeper than anybody reads", () => {
    assert.deepEqual(boundedJson(nested(64), 10_000), nested(64));
    assert.deepEqual(boundedJson(nested(66), 10_000), { Omitted: "JSON of more than 64 levels" });
  });
});

/** With brackets in names and texts, which nest nothing. */
const nested = (levels: number): unknown =>
  JSON.parse(`${'{"a\\"]":['.repeat(levels / 2)}"]}"${"]}".repeat(levels / 2)}`);

function logsOf(limits: LogLimits, lines: Record<string, readonly string[]>): JobLogs<string> {
  const logs = new JobLogs<string>(limits);
  for (const [id, said] of Object.entries(lines)) {
    for (const text of said) logs.add(id, { ...line, text });
  }
  return logs;
}

const texts = (logs: JobLogs<string>, id: string): string[] =>
  logs.after(id, 0).map(({ number, text }) => `${number}:${text}`);
