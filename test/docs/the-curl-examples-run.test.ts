import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { openHost } from "../../src/index.ts";
import { codeBlocks, page } from "./documents.ts";

interface Example {
  readonly command: string;
  /** What must come out; "…" stands for anything. */
  readonly output: string;
}

/** What stands after `$` in the blocks of the page, with the lines below it. */
function examples(): readonly Example[] {
  const blocks = codeBlocks(page("docs/rest-by-example.md"), "console");
  return blocks.flatMap((block) => block.split(/^\$ /m).slice(1).map(exampleOf));
}

/** A command goes on in lines that begin with ">". */
function exampleOf(text: string): Example {
  const lines = text.trimEnd().split("\n");
  const after = lines.findIndex((line, number) => number > 0 && !line.startsWith("> "));
  const end = after === -1 ? lines.length : after;
  const command = lines.slice(0, end).map((line) => line.replace(/^> /, ""));
  return { command: command.join("\n"), output: lines.slice(end).join("\n") };
}

/** What a shell writes to each command, one after the other. curl is to show no progress. */
async function outputsOf(commands: readonly string[], cwd: string): Promise<readonly string[]> {
  const mark = "next-command";
  const shell = spawn("sh", { cwd, stdio: ["pipe", "pipe", "inherit"] });
  shell.stdin.write('curl() { command curl --silent --show-error "$@"; }\n');
  for (const command of commands) shell.stdin.write(`${command}\necho ${mark}\n`);
  shell.stdin.end();
  const chunks: Buffer[] = [];
  shell.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(shell, "close")) as [number];
  assert.equal(code, 0);
  return Buffer.concat(chunks).toString().split(`${mark}\n`).slice(0, -1);
}

/** A pattern of what must come out. */
function patternOf(output: string): RegExp {
  const literal = output.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll("…", ".*")}$`);
}

describe("docs/rest-by-example.md", () => {
  it("says what curl answers", async () => {
    const all = examples();
    assert.ok(all.length > 25, `${all.length} examples`);
    const folder = mkdtempSync(join(tmpdir(), "baton-curl-"));
    try {
      const hello = fileURLToPath(new URL("../../plugins/hello", import.meta.url));
      await using host = await openHost({ http: { port: 0 }, plugins: [hello] });
      const commands = all.map(({ command }) =>
        command.replaceAll("http://127.0.0.1:8042", String(host.url)),
      );
      const outputs = await outputsOf(commands, folder);
      assert.equal(outputs.length, all.length);
      for (const [number, { command, output }] of all.entries()) {
        const given = (outputs[number] ?? "").trimEnd().replaceAll("\r", "");
        assert.match(given, patternOf(output), `$ ${command}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
