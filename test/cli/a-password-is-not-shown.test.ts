import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { testFolder } from "./baton-process.ts";

const baton = fileURLToPath(new URL("../../src/cli/baton.ts", import.meta.url));

/** Every Debian has script(1), which makes a terminal; other systems have another one or none. */
const skip = process.platform === "linux" ? false : "needs the script(1) of Linux";

/** What the terminal showed, from the first question to the end. */
async function shown(cwd: string, answers: readonly string[]): Promise<string> {
  const command = `'${process.execPath}' '${baton}' user add alice`;
  const child = spawn("script", ["-qec", command, "/dev/null"], { cwd });
  const left = [...answers];
  let all = "";
  child.stdout.on("data", (chunk: Buffer) => {
    all += chunk.toString();
    if (/(alice|more): $/.test(all)) child.stdin.write(`${left.shift() ?? ""}\r`);
  });
  await once(child, "close");
  return all;
}

describe("a password that is typed", { skip }, () => {
  it("is not shown, and is asked for twice", async () => {
    await using folder = await testFolder();
    const seen = await shown(folder.path, ["correct horse", "correct horse"]);
    assert.match(seen, /^Password of alice: \r\nOnce more: \r\nalice is a user, in /);
    assert.match(await readFile(join(folder.path, "baton-users.json"), "utf8"), /"alice"/);
  });

  it("is not taken if it is another the second time", async () => {
    await using folder = await testFolder();
    const seen = await shown(folder.path, ["correct horse", "correct house"]);
    assert.match(seen, /: \r\nOnce more: \r\nThe two passwords are not the same;/);
  });
});
