import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { send, sendRaw } from "../http/scripted-host.ts";
import { openCareless, Writer } from "./support/careless-plugin.ts";

const twice = (key: string): string => encodeURIComponent(encodeURIComponent(key));

describe("a path", { timeout: 60_000 }, () => {
  it("leads to no file but the outputs of its job", async () => {
    await using one = await openCareless();
    const secret = join(one.folder, "secret.txt");
    await writeFile(secret, "the secret");
    const { id } = await one.host.submitAndWait(new Writer("report.csv"));
    const keys = ["..", "secret.txt", "baton.db", "../secret.txt", secret, `../../${one.folder}`];
    const ways = keys.flatMap((key) => [key, encodeURIComponent(key), twice(key)]);
    const paths = ways.flatMap((way) => [`/jobs/${id}/${way}`, `/jobs/${way}/report.csv`]);
    for (const path of paths) {
      for (const method of ["GET", "DELETE"]) {
        const { status, text } = await send(one.url, method, { path });
        assert.ok(status === 404 || status === 405, `${status} to ${method} ${path}`);
        assert.doesNotMatch(text, /the secret|SQLite format/);
      }
    }
    assert.equal(await readFile(secret, "utf8"), "the secret");
    assert.equal(
      (await send(one.url, "GET", { path: `/jobs/${id}/report.csv` })).text,
      "its bytes",
    );
  });

  it("gives a plugin no parameter that goes over its segment unless it is encoded", async () => {
    await using one = await openCareless();
    const param = async (path: string): Promise<unknown> =>
      (await send(one.url, "GET", { path })).json;
    assert.deepEqual(await param("/lab/%2e%2e%2fx"), { name: "../x" });
    assert.deepEqual(await param("/lab/__proto__"), { name: "__proto__" });
    assert.equal((await send(one.url, "GET", { path: "/lab/../jobs" })).status, 404);
  });
});

describe("a line's end", { timeout: 60_000 }, () => {
  it("begins no header, whoever sends it on", async () => {
    await using one = await openCareless();
    const answer = await sendRaw(
      one.url,
      "GET /lab/header/a%0d%0ax-injected:%201 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    assert.match(answer, /^HTTP\/1\.1 500 /);
    assert.doesNotMatch(answer, /^x-injected/im);
  });

  it("begins no line in the log", async () => {
    await using one = await openCareless();
    await send(one.url, "GET", { path: "/lab/fault/a%0d%0afake%20line%E2%80%A8" });
    const line = one.said.find((text) => text.includes("fake line")) ?? "";
    assert.match(line, /^GET "\/lab\/fault\/a\\r\\nfake line/);
    assert.doesNotMatch(line, /[\r\n\u2028]/);
  });

  for (const [what, key, mime] of [
    ["a key", 'a"\r\nx-injected: 1', "text/plain"],
    ["a path as a key", "../../secret.txt", "text/plain"],
    ["a type", "report.csv", "text/plain\r\nx-injected: 1"],
  ] as const) {
    it(`is in no output of a job: ${what} fails the step`, async () => {
      await using one = await openCareless();
      const { state, outputs } = await one.host.submitAndWait(new Writer(key, mime));
      assert.deepEqual([state, outputs], ["failed", []]);
    });
  }
});

describe("JSON", { timeout: 60_000 }, () => {
  it("that names a prototype changes none", async () => {
    await using one = await openCareless();
    for (const text of [
      '{"__proto__":{"polluted":true}}',
      '{"constructor":{"prototype":{"polluted":true}}}',
    ]) {
      const answer = await send(one.url, "POST", { path: "/lab/merge", body: text });
      assert.equal((answer.json as { isPolluted: boolean }).isPolluted, false);
      await send(one.url, "POST", { path: "/jobs", body: text });
    }
    assert.equal("polluted" in {}, false);
    const userData = JSON.parse('{"__proto__":{"a":1}}') as { [name: string]: number };
    const { id } = await one.host.submitAndWait(new Writer("report.csv"), { userData });
    const { text } = await send(one.url, "GET", { path: `/jobs/${id}` });
    assert.match(text, /"__proto__": \{\s*"a": 1/, "it is data like any other");
  });
});

describe("an answer", { timeout: 60_000 }, () => {
  it("to a fault says nothing of paths, stacks and statements", async () => {
    await using one = await openCareless();
    const { status, text } = await send(one.url, "GET", { path: "/lab/fault/x" });
    assert.equal(status, 500);
    assert.doesNotMatch(text, /smuggled|file:|node:|\n\s+at |Error: no x/);
    assert.match(one.said.join("\n"), /no x in file:/, "the log says it");
  });
});
