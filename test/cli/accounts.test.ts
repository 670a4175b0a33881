import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { expiryOf } from "../../src/cli/expiry.ts";
import { BatonProcess, testFolder } from "./baton-process.ts";

const command = fileURLToPath(new URL("../../src/cli/baton.ts", import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a folder, with this on its stdin. */
function baton(cwd: string, args: readonly string[], stdin = ""): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const child = execFile(process.execPath, [command, ...args], { cwd }, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  );
  child.stdin?.end(stdin);
  return promise;
}

const basic = (name: string): string => `Basic ${btoa(`${name}:correct horse`)}`;

describe("baton user and baton token", () => {
  it("make who may come in, with what each may do, until they are removed", async () => {
    await using folder = await testFolder();
    const run = (...args: readonly string[]): Promise<Ran> =>
      baton(folder.path, args, "correct horse\n");
    const file = await folder.write("baton.json", {
      SaveJobs: false,
      HttpPort: 0,
      UsersFile: "who.json",
    });
    const here = ["--config", file];
    assert.equal((await run("user", "add", "alice", ...here)).code, 0);
    assert.equal((await run("user", "add", "bob", "--scope", "read", ...here)).code, 0);
    const made = await run("token", "add", "ci", "--scope", "read", "--expires", "30d", ...here);
    const token = /^(baton_[\w-]{43})\n$/.exec(made.stdout)?.[1] ?? "";
    assert.notEqual(token, "", made.stdout);

    const kept = await readFile(join(folder.path, "who.json"), "utf8");
    assert.ok(!kept.includes("correct horse") && !kept.includes(token), "only hashes are kept");
    assert.equal((await stat(join(folder.path, "who.json"))).mode & 0o777, 0o600);
    assert.deepEqual((await readdir(folder.path)).toSorted(), ["baton.json", "who.json"]);
    assert.match(
      (await run("user", "ls", ...here)).stdout,
      /^alice {2}read operate submit\nbob {2}read\n$/,
    );
    assert.match((await run("token", "ls", ...here)).stdout, /^ci {2}read {2}until \d{4}-/);

    await using host = new BatonProcess("serve", ...here);
    const url = (await host.line("stdout", /listens on/)).replace(/.* listens on /, "");
    const status = async (authorization: string, method = "GET"): Promise<number> =>
      (await fetch(`${url}/nowhere`, { method, headers: { authorization } })).status;
    assert.equal((await fetch(`${url}/jobs`)).status, 401);
    assert.equal(await status(basic("alice"), "POST"), 404);
    assert.equal(await status(basic("bob"), "POST"), 403);
    assert.equal(await status(basic("bob")), 404);
    assert.equal(await status(`Bearer ${token}`), 404);

    assert.equal((await run("user", "remove", "bob", ...here)).code, 0);
    assert.equal((await run("token", "remove", "ci", ...here)).code, 0);
    assert.match((await run("user", "ls", ...here)).stdout, /^alice {2}[^\n]*\n$/);
    assert.equal((await run("token", "ls", ...here)).stdout, "");
  });

  it("change a password and keep the rest, comments aside", async () => {
    await using folder = await testFolder();
    await folder.write("baton-users.json", '{ "Users": {} /* none */ }');
    await baton(folder.path, ["user", "add", "alice", "--scope", "read,submit"], "first one\n");
    const before = await readFile(join(folder.path, "baton-users.json"), "utf8");
    const changed = await baton(folder.path, ["user", "add", "alice"], "second one");
    assert.match(changed.stdout, /^alice has a new password, in /);
    assert.notEqual(await readFile(join(folder.path, "baton-users.json"), "utf8"), before);
    const { stdout } = await baton(folder.path, ["user", "ls"]);
    assert.equal(stdout, "alice  read submit\n");
  });

  const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["a short password", ["user", "add", "alice"], /^A password needs 8 characters or more\.$/],
    ["a name with a colon", ["user", "add", "a:b"], /^A name has 1 to 64 characters/],
    [
      "another scope",
      ["token", "add", "--scope", "write"],
      /^There is no scope "write"; there are/,
    ],
    ["no scope", ["token", "add"], /required option '--scope/],
    [
      "a time that is over",
      ["token", "add", "--scope", "read", "--expires", "2001-01-01"],
      /^"2001-01-01" is over already\.$/,
    ],
    [
      "a name that nobody has",
      ["user", "remove", "toString"],
      /^There is no user "toString" there/,
    ],
    ["no configuration", ["user", "ls", "--config", "none.json"], /none\.json cannot be read/],
  ];
  for (const [what, args, sentence] of refusals) {
    it(`refuse ${what} in one sentence, and change nothing`, async () => {
      await using folder = await testFolder();
      const { code, stderr } = await baton(folder.path, args, "short\n");
      assert.equal(code, 1);
      assert.match(stderr.trimEnd(), sentence);
      assert.deepEqual(await readdir(folder.path), []);
    });
  }

  it("leave a file alone that is none of theirs, or that another changes", async () => {
    await using folder = await testFolder();
    await folder.write("baton-users.json", { Users: { alice: "secret" } });
    const odd = await baton(folder.path, ["user", "add", "bob"], "correct horse\n");
    assert.match(odd.stderr, /baton-users\.json is not one: \/Users\/alice must be as/);
    assert.doesNotMatch(odd.stderr, /secret/);
    await folder.write("baton-users.json", {});
    await folder.write("baton-users.json.new", "");
    const busy = await baton(folder.path, ["user", "add", "bob"], "correct horse\n");
    assert.match(busy.stderr, /Another command changes .*; if none does, remove /);
    assert.equal(await readFile(join(folder.path, "baton-users.json"), "utf8"), "{}");
  });
});

describe("when a token expires", () => {
  it("is so much later, or on a date", () => {
    const now = Date.UTC(2026, 0, 1);
    assert.equal(expiryOf("90m", now), "2026-01-01T01:30:00.000Z");
    assert.equal(expiryOf("12h", now), "2026-01-01T12:00:00.000Z");
    assert.equal(expiryOf("30d", now), "2026-01-31T00:00:00.000Z");
    assert.equal(expiryOf("2030-01-31", now), "2030-01-31T00:00:00.000Z");
    assert.equal(expiryOf("2030-01-31T12:00+01:00", now), "2030-01-31T11:00:00.000Z");
    for (const text of ["", "soon", "1", "30", "1y", "01/02/2030", "2030-13-01"]) {
      assert.throws(() => expiryOf(text, now), /is no time; a token expires after 90m/, text);
    }
  });
});
