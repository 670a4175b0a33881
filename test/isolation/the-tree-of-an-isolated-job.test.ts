import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { ProgressSnapshot } from "../../src/index.ts";
import { openPluginHost, type PluginHarness } from "../../src/testing/index.ts";

const path = fileURLToPath(new URL("support/grower.ts", import.meta.url));

/** Where each node is, and how far. */
const rows = ({ name, state, fraction, parts }: ProgressSnapshot): string[] => [
  `${name} ${state} ${fraction}`,
  ...parts.flatMap(rows),
];

async function submitted(harness: PluginHarness, route: string): Promise<string> {
  const answer = await harness.request("POST", route);
  return (answer.json() as { readonly id: string }).id;
}

/** Waits until the tree was told so. */
async function until(harness: PluginHarness, id: string, row: string): Promise<ProgressSnapshot> {
  for (;;) {
    const tree = harness.host.jobProgress(id);
    if (rows(tree).includes(row)) return tree;
    const { promise, resolve } = Promise.withResolvers<void>();
    using _ = harness.host.observe((event) => {
      if (event.kind === "reported") resolve();
    });
    // oxlint-disable-next-line no-await-in-loop -- it waits for an event, not for work
    await promise;
  }
}

for (const isolation of ["none", "thread", "process"] as const) {
  describe(`the tree of a job (isolation: ${isolation})`, { timeout: 60_000 }, () => {
    it("shows, is canceled branch by branch, and stays", async () => {
      await using harness = await openPluginHost({ path, isolation });
      const id = await submitted(harness, "/grow");
      const tree = await until(harness, id, "Branch running 0.5");
      assert.deepEqual(rows(tree), ["grow running 0.375", "Branch running 0.5", "Other running 0"]);
      const [branch] = tree.parts;
      const asked = await harness.request("POST", `/jobs/${id}/progress/${branch?.id}/cancel`);
      assert.equal(asked.status, 200);
      await harness.next("succeeded", id);
      const shown = (await harness.request("GET", `/jobs/${id}/progress`)).json();
      assert.deepEqual(rows(shown as unknown as ProgressSnapshot), [
        "grow finished 1",
        "Branch canceled 0.5",
        "Other finished 1",
      ]);
      assert.deepEqual(
        harness.host.jobLogs(id).map(({ text }) => text),
        ["Branch: half grown"],
      );
    });

    it("is an aggregator's, which pauses between its parts", async () => {
      await using harness = await openPluginHost({ path, isolation });
      const id = await submitted(harness, "/aggregate");
      await until(harness, id, "First running 0");
      await harness.host.pauseJob(id);
      await harness.request("POST", `/open/${id}`);
      await harness.next("paused", id);
      const paused = rows(harness.host.jobProgress(id));
      assert.deepEqual(paused, ["All running 0.5", "First finished 1", "Second waiting 0"]);
      await harness.host.resumeJob(id);
      await harness.next("succeeded", id);
    });
  });
}
