import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { HostWorkshop } from "./support/host-workshop.ts";
import { WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const stores = {
  memory: () => ({ kind: "memory" }) as const,
  sqlite: (name: string) => ({ kind: "sqlite", path: workshop.file(`${name}.db`) }) as const,
};

for (const [kind, store] of Object.entries(stores)) {
  describe(`the history of native jobs (${kind})`, { timeout: 60_000 }, () => {
    it("keeps as many successes as it is told, and lets every payload go", async () => {
      const plugins = [library];
      await using worker = await WorkerHost.open({
        plugins,
        store: store("history"),
        historySize: 3,
      });
      const failed = await worker.submit({ name: "failed", kind: "F", steps: 2 });
      await worker.events.reached(failed, "failed");
      const ids: string[] = [];
      for (let number = 0; number < 6; number += 1) {
        const id = await worker.submit({ name: `it-${number}` });
        await worker.events.reached(id, "succeeded");
        ids.push(id);
      }
      for (const id of ids.slice(0, 3)) {
        await worker.events.first((event) => event.kind === "forgotten" && event.id === id);
      }
      const left = worker.host.jobs().map(({ id }) => id);
      assert.deepEqual(left, [failed, ...ids.slice(3)]);
      assert.equal((await fetch(`${worker.host.url}/jobs/${ids[0]}`)).status, 404);
      await worker.said("it-5 finalize");
      assert.equal(await worker.text("GET", "/worker/counts"), "7 7");
    });
  });
}
