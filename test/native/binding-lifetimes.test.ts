import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Workshop } from "./support/compile.ts";

const workshop = new Workshop();
const library = workshop.probe();
after(() => workshop.remove());

interface Death {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}

async function live(name: string, expectedCode: number | null): Promise<Death> {
  const script = fileURLToPath(new URL("support/lives.ts", import.meta.url));
  const child = spawn(process.execPath, [script, name, library], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 50_000,
    killSignal: "SIGKILL",
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code !== expectedCode) process.stderr.write(errors);
  return { code, signal, output: output.trim() };
}

const dead = (code: number, output = ""): Death => ({ code, signal: null, output });

describe("a process that owns a native core", { timeout: 120_000 }, () => {
  const lives: readonly (readonly [name: string, death: Death])[] = [
    ["ends while a step holds", dead(0)],
    ["ends while a step never returns", dead(0)],
    ["exits in a step that holds", dead(7, "done")],
    ["exits in a step that never returns", dead(7, "left alone")],
    ["exits without closing", dead(3)],
    ["dies of an uncaught error", dead(1, "left alone")],
    ["lets go in a step", dead(0)],
    ["is woken by a function that throws", dead(0, "caught null")],
    ["has a worker that ends while a step holds", dead(0, "worker 0")],
    ["has a worker that ends while a step never returns", dead(0, "worker 0")],
    ["has a worker that exits in a step that never returns", dead(0, "worker 0")],
    ["has a worker that is terminated in a step that holds", dead(0, "worker 1")],
    ["has a worker that is terminated in a step that never returns", dead(0, "worker 1")],
    ["has workers that are terminated at any moment", dead(0)],
  ];
  for (const [name, death] of lives) {
    it(name, async () => assert.deepEqual(await live(name, death.code), death));
  }
});
