import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Frames, frameOf, readFrame } from "../../src/adapters/isolation/protocol/frames.ts";
import { childFiles } from "../../src/adapters/isolation/places/process-place.ts";
import type { JobInfo } from "../../src/index.ts";
import { HurriedHost } from "./support/hurried-host.ts";
import { kindsOfGarbage } from "./support/scribbler.ts";

const hasEnded = ({ state }: JobInfo): boolean => state === "succeeded" || state === "failed";
const { told, said, lifeline } = childFiles;

/** Everything into the file that the host reads, one thing into each other. */
const cases = [
  ...kindsOfGarbage.map((what) => ({ file: said, what, why: "it sent what cannot be read" })),
  ...[told, lifeline].map((file) => ({
    file,
    what: "a line of text",
    why: "it wrote where nothing is read",
  })),
];

describe("a plugin in a process that writes past its channel", { timeout: 60_000 }, () => {
  let host: HurriedHost;
  before(async () => {
    host = new HurriedHost({ slots: 1 });
    await host.add("scribbler", { kind: "process" });
    await host.begin();
  });
  after(() => host.close());

  for (const { file, what, why } of cases) {
    it(`has crashed, and its host lives on: ${what}, into ${file}`, async () => {
      const crash = `the plugin crashed: ${why}`;
      const crashes = host.logs(crash).length;
      const lives = host.logs("the plugin runs again").length;
      const id = await host.submit("scribbler", { file, what });
      const { state, error } = await host.until(id, hasEnded);
      assert.deepEqual([state, error?.code], ["failed", "PLUGIN_CRASHED"]);
      await host.logged("the plugin runs again", lives + 1);
      assert.equal(host.logs(crash).length, crashes + 1);
      const next = await host.submit("scribbler", { file: 0, what });
      assert.equal((await host.until(next, hasEnded)).state, "succeeded");
    });
  }

  it("is answered when it has said more than a pipe takes and then waits", async () => {
    const id = await host.submit("scribbler", { file: 0, what: "" });
    await host.until(id, hasEnded);
    const lines = host.logs("....").length;
    assert.equal(await host.request("GET /scribbler/ask/{id}", { id }), "succeeded");
    assert.equal(host.logs("....").length, lines + 500);
  });

  it("has said all that stands before its end", async () => {
    const lines = host.logs("....").length;
    const crashes = host.logs("the plugin crashed").length;
    await assert.rejects(async () => host.request("GET /scribbler/leave"));
    await host.logged("the plugin crashed", crashes + 1);
    assert.equal(host.logs("....").length, lines + 500);
  });
});

describe("frames", () => {
  it("that were tampered with are read or refused, whatever they are then", () => {
    const original = frameOf({
      kind: "call",
      number: 7,
      name: "sampled",
      question: { run: 1, sample: { progress: 0.5, content: '{"a":[1]}', runtimeMs: 2 } },
      state: new Uint8Array([1, 2, 3]),
      all: [new Map([[1, new Set(["é"])]]), 1n << 70n, /x/u, new Date(0), -0.5, undefined, null],
    });
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const counts = { read: 0, refused: 0 };
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(original);
      for (let changes = random(4); changes >= 0; changes -= 1) {
        bytes[4 + random(bytes.byteLength - 4)] = random(256);
      }
      try {
        for (const frame of new Frames().take(bytes)) readFrame(frame);
        counts.read += 1;
      } catch {
        counts.refused += 1;
      }
    }
    assert.ok(counts.read > 1_000 && counts.refused > 1_000, JSON.stringify(counts));
  });
});
