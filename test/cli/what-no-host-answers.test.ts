import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { testFolder } from "./baton-process.ts";
import { answer, ended, oddHost } from "./odd-host.ts";

describe("what no Baton host answers", { timeout: 120_000 }, () => {
  const odd: readonly (readonly [command: string, body: unknown])[] = [
    ["ls", "<p>hello</p>"],
    ["ls", ""],
    ["ls", {}],
    ["ls", [null]],
    ["show", []],
    ["show", {}],
    ["pause", "done"],
    ["logs", { ID: "7" }],
    ["watch", {}],
    ["submit", { Name: "7" }],
  ];
  for (const [command, body] of odd) {
    it(`is said in one sentence, and is no stack: ${command} ${JSON.stringify(body)}`, async () => {
      await using host = await oddHost((_request, response) => answer(response, 200, body));
      const what = command === "ls" ? [] : ["7"];
      const { code, err } = await ended("jobs", "--url", `http://${host.at}`, command, ...what);
      const sentence = `http://${host.at} does not answer as a Baton host does; is it one?`;
      assert.deepEqual([code, err], [1, [sentence]]);
    });
  }

  it("may break off, which is as if nobody answered", async () => {
    await using host = await oddHost((_request, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("[", () => response.destroy());
    });
    const { code, err } = await ended("jobs", "--url", `http://${host.at}`, "ls");
    assert.deepEqual([code, err.length], [3, 1], err.join("\n"));
    assert.match(err[0] ?? "", /broke off its answer/);
  });

  it("is not asked for with a user that is not percent-encoded, who is not repeated", async () => {
    const { code, err } = await ended("jobs", "--url", "http://ann:100%secret@localhost", "ls");
    assert.deepEqual([code, err.length], [2, 1], err.join("\n"));
    assert.match(err[0] ?? "", /^The user or the password in the URL is not percent-encoded/);
    assert.doesNotMatch(err[0] ?? "", /secret/);
  });
});

describe("what a host says", { timeout: 120_000 }, () => {
  const evil = "one\u001B[2J\u009B2J\u0007\ntwo";

  it("commands no terminal, of jobs and of backups", async () => {
    await using folder = await testFolder();
    await using host = await oddHost((_request, response) =>
      answer(response, 404, { Details: evil }),
    );
    const url = ["--url", `http://${host.at}`];
    const [show, backup] = await Promise.all([
      ended("jobs", ...url, "show", "7"),
      ended("backup", join(folder.path, "copy.db"), ...url),
    ]);
    assert.deepEqual([show.code, show.err], [1, ["one [2J 2J two"]]);
    assert.deepEqual([backup.code, backup.err.length], [1, 1]);
    assert.match(backup.err[0] ?? "", /made no backup: one \[2J 2J two$/);
  });

  it("commands no terminal as JSON either, and is the same", async () => {
    const job = { ID: "7", Type: "t", State: "Success", Priority: 0, Progress: 100 };
    const body = { ...job, CreationTime: "20260101T000000", ErrorDetails: evil };
    await using host = await oddHost((_request, response) => answer(response, 200, body));
    const { out } = await ended("jobs", "--url", `http://${host.at}`, "--json", "show", "7");
    assert.doesNotMatch(out.replaceAll("\n", ""), /\p{Cc}/u);
    assert.deepEqual(JSON.parse(out), body);
  });
});
