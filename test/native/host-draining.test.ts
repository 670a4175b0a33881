import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { HostWorkshop } from "./support/host-workshop.ts";
import { WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

describe("a native step that a closing host awaits", { timeout: 60_000 }, () => {
  it("may still save its state and an output", async () => {
    const options = {
      plugins: [library],
      store: { kind: "sqlite", path: workshop.file("drained.db") },
    } as const;
    const first = await WorkerHost.open(options);
    const id = await first.submit({ name: "drained", kind: "d" });
    await first.said("drained holds");
    await first.close();
    const said = ["holds", "put 0", "checkpoint 0", "stop 7", "finalize"];
    assert.deepEqual(first.sayings("drained"), said);
    await using again = await WorkerHost.open(options);
    await again.host.waitJob(id);
    assert.equal(again.sayings("drained")[0], "revive 1");
    assert.equal(await again.text("GET", `/jobs/${id}/result`), "done");
  });

  it("leaves nothing of an output behind that it was writing when nobody waited any more", async () => {
    const path = workshop.file("partial.db");
    const worker = await WorkerHost.open({
      plugins: [library],
      store: { kind: "sqlite", path },
      drainTimeoutMs: 50,
    });
    await worker.submit({ name: "partial", kind: "o" });
    await worker.said("partial wrote 0");
    assert.equal(readdirSync(`${path}-outputs`).length, 1);
    await worker.host.close();
    assert.deepEqual(readdirSync(`${path}-outputs`), []);
    assert.equal(worker.counts().owed, 1);
  });
});
