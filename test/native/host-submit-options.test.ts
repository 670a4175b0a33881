import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { HostWorkshop } from "./support/host-workshop.ts";
import { nowUs, WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => {
  library = workshop.sharedLibrary("worker");
});
after(() => workshop.remove());

describe("what a native submit says of its job", { timeout: 60_000 }, () => {
  for (const kind of ["memory", "sqlite"] as const) {
    it(`is kept with it (${kind})`, async () => {
      const path = workshop.file("options.db");
      const store = kind === "memory" ? { kind } : { kind, path };
      const expected = { key: "modality:PACS1", userData: { naïve: [1, null] } };
      let [id, startAt]: [string, number | null] = ["", null];
      const isExpected = (host: WorkerHost): void => {
        const { key, userData, startAt: shown } = host.host.jobInfo(id);
        assert.deepEqual({ key, userData }, expected);
        startAt ??= shown;
        assert.equal(shown, startAt);
      };
      {
        await using host = await WorkerHost.open({ plugins: [library], store });
        const asked = Date.now();
        const userData = JSON.stringify(expected.userData);
        const work = { kind: "h", key: expected.key, startAfterMs: 60_000, userData };
        id = await host.submit(work);
        isExpected(host);
        await host.events.reached(await host.submit({ name: "other" }), "succeeded");
        assert.equal(host.host.jobInfo(id).state, "pending");
        assert.ok(startAt !== null && startAt >= asked + 60_000 && startAt <= Date.now() + 60_000);
      }
      if (kind === "memory") return;
      await using host = await WorkerHost.open({ plugins: [library], store });
      isExpected(host);
    });
  }

  it("puts its start off, and no longer", async () => {
    await using host = await WorkerHost.open({ plugins: [library] });
    const asked = nowUs();
    await host.events.reached(await host.submit({ name: "late", startAfterMs: 80 }), "succeeded");
    const [step] = await host.steps();
    assert.ok(step !== undefined && step.began >= asked + 80_000, `${step?.began} ${asked}`);
  });
});
