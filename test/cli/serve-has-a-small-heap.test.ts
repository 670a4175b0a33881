import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { BatonProcess, testFolder } from "./baton-process.ts";

const mebibyte = 1_048_576;

describe("the memory of baton serve", () => {
  it("has a young generation that stays small, a heap that grows slowly, and few arenas", async () => {
    const { young, flags, arenas } = await started({});
    assert.ok(young <= 2 * mebibyte, `${young} bytes`);
    assert.deepEqual(flags, ["--max-semi-space-size=1", "--heap-growing-percent=50"]);
    assert.equal(arenas, "4");
  });

  it("has of each what somebody has chosen himself", async () => {
    const env = { NODE_OPTIONS: "--max-semi-space-size=8", MALLOC_ARENA_MAX: "7" };
    const { young, flags, arenas } = await started(env);
    assert.ok(young > 2 * mebibyte, `${young} bytes`);
    assert.deepEqual(flags, ["--heap-growing-percent=50"]);
    assert.equal(arenas, "7");
  });
});

interface Started {
  /** Bytes of the young generation. */
  readonly young: number;
  readonly flags: readonly string[];
  readonly arenas: string | undefined;
}

/** A host that has just started. */
async function started(env: Readonly<Record<string, string>>): Promise<Started> {
  await using folder = await testFolder();
  const file = await folder.write("baton.json", { SaveJobs: false, HttpPort: 0 });
  Object.assign(process.env, env);
  await using baton = new BatonProcess("serve", "--config", file);
  for (const name of Object.keys(env)) delete process.env[name];
  const line = await baton.line("stdout", /listens on/);
  const answer = await fetch(`${line.replace(/.* listens on /, "")}/metrics`);
  const figure = /^nodejs_heap_space_size_total_bytes\{.*space="new".*\} (\d+)/m;
  const [, bytes] = figure.exec(await answer.text()) ?? [];
  const flags = (await wordsOf(baton, "cmdline")).filter((word) => /semi|growing/.test(word));
  const environment = await wordsOf(baton, "environ");
  const arenas = environment.find((word) => word.startsWith("MALLOC_ARENA_MAX="));
  baton.kill("SIGTERM");
  assert.equal(await baton.exit(), 0);
  return { young: Number(bytes), flags, arenas: arenas?.split("=")[1] };
}

/** What Linux says of a process. */
async function wordsOf(
  baton: BatonProcess,
  name: "cmdline" | "environ",
): Promise<readonly string[]> {
  return (await readFile(`/proc/${baton.pid}/${name}`, "utf8")).split("\0");
}
