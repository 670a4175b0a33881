import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { brokenLibrary } from "./broken-plugin.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "baton-validate-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const baton = (...args: readonly string[]): Answer => batonWith({}, ...args);

function batonWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Answer {
  const command = ["src/cli/baton.ts", "validate", ...args];
  const env = { ...process.env, ...more };
  const run = spawnSync(process.execPath, command, { cwd: root, encoding: "utf8", env });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

function settings(fault: string): string {
  const file = join(folder, `${fault}.json`);
  writeFileSync(file, JSON.stringify({ broken: { fault } }));
  return file;
}

const request = ["--request", "POST /broken {}"];

describe("baton validate", () => {
  it("reproduces one case in its own process, and says how it ended", () => {
    const args = [...request, "--reproduce", "jobs", "--seed", "5"];
    const { code, out, err } = baton(brokenLibrary(), ...args);
    assert.equal(code, 0, err);
    const [first, ...lines] = out.trim().split("\n");
    assert.match(first ?? "", /broken\.so, seed 5$/);
    assert.deepEqual(lines, [
      "ok       jobs                 makes jobs, and they run to their end",
      "1 ok; seed 5",
    ]);
  });

  it("answers 1 when a case failed, with what to do and how to have it again", () => {
    const args = [...request, "--settings", settings("unknown-step"), "--reproduce", "jobs"];
    const { code, out } = baton(brokenLibrary(), ...args, "--seed", "6");
    assert.equal(code, 1);
    assert.match(out, /^FAILED {3}jobs /m);
    const line =
      'BAD_STEP_RESULT: step of "broken.count" returned 9. Return one of the four BATON_STEP_ numbers.';
    assert.ok(out.includes(line), out);
    assert.match(out, /^Again, in one process: .* --reproduce jobs --seed 6$/m);
  });

  for (const more of [[], ["--reproduce", "jobs"]]) {
    it(`blames no plugin where the host's addon is missing (${more.length} more words)`, () => {
      const none = { BATON_HOST_ADDON: join(folder, "none.node") };
      const { code, out, err } = batonWith(none, brokenLibrary(), ...request, ...more);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, /^The plugin cannot be loaded: the host addon .* baton build-host .*\n$/);
    });
  }

  it("answers one JSON object with --json", () => {
    const args = ["--json", "--reproduce", "kill-and-reopen", "--seed", "7"];
    const { code, out, err } = baton(brokenLibrary(), ...request, ...args);
    assert.equal(code, 0, err);
    const { format, file, seed, isValid, cases } = JSON.parse(out);
    assert.deepEqual(
      { format, file, seed, isValid },
      { format: 1, file: brokenLibrary(), seed: 7, isValid: true },
    );
    assert.deepEqual(Object.keys(cases[0]).toSorted(), [
      "created",
      "durationMs",
      "findings",
      "name",
      "outcome",
      "output",
      "title",
      "why",
    ]);
    assert.equal(cases[0].outcome, "ok");
  });

  it("has nothing to do for a module, and says so", () => {
    const { code, out } = baton("plugins/hello");
    assert.equal(code, 0);
    assert.match(out, /is a module: it has no memory to break/);
  });

  const wrong: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /missing required argument 'plugin'/],
    [["no-such-plugin.so"], /there is no such file or folder/],
    [["README.md"], /a plugin is a library/],
    [["plugins/hello-c", "--seed", "x"], /--seed is a whole number, not "x"/],
    [["plugins/hello-c", "--request", "hello"], /"hello" is no request/],
    [["plugins/hello-c", "--request", "POST /hello {"], /the body of .* is not JSON/],
    [["plugins/hello-c", "--reproduce", "nothing"], /there is no case "nothing"/],
    [["plugins/hello-c", "--settings", "package-lock.json"], /one object for each plugin's name/],
  ];
  for (const [args, says] of wrong) {
    it(`answers 2 to ${args.join(" ") || "nothing"}`, () => {
      const { code, err } = baton(...args);
      assert.equal(code, 2, err);
      assert.match(err, says);
    });
  }
});
