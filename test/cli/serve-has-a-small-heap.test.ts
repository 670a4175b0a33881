import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BatonProcess, testFolder } from "./baton-process.ts";

const mebibyte = 1_048_576;

describe("the heap of baton serve", () => {
  it("has a young generation that stays small, also while much is loaded", async () => {
    assert.ok((await youngBytes()) <= 2 * mebibyte);
  });

  it("has the one that somebody has chosen by NODE_OPTIONS", async () => {
    process.env["NODE_OPTIONS"] = "--max-semi-space-size=8";
    try {
      assert.ok((await youngBytes()) > 2 * mebibyte);
    } finally {
      delete process.env["NODE_OPTIONS"];
    }
  });
});

/** Of a host that has just started. */
async function youngBytes(): Promise<number> {
  await using folder = await testFolder();
  const file = await folder.write("baton.json", { SaveJobs: false, HttpPort: 0 });
  await using baton = new BatonProcess("serve", "--config", file);
  const line = await baton.line("stdout", /listens on/);
  const answer = await fetch(`${line.replace(/.* listens on /, "")}/metrics`);
  const figure = /^nodejs_heap_space_size_total_bytes\{.*space="new".*\} (\d+)/m;
  const [, bytes] = figure.exec(await answer.text()) ?? [];
  baton.kill("SIGTERM");
  assert.equal(await baton.exit(), 0);
  return Number(bytes);
}
