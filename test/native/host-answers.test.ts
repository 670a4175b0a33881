import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Host, HostOptions, JsonObject } from "../../src/index.ts";
import { Answerers, kinds, post } from "./support/host-answerers.ts";
import { textOf } from "../support/json-text.ts";
import { eventually } from "./support/host-eventually.ts";

let answerers: Answerers;
before(() => void (answerers = new Answerers()));
after(() => answerers[Symbol.dispose]());

for (const kind of kinds) {
  const { file, isolation } = kind;
  const open = (options: HostOptions = {}): Promise<Host> => answerers.open(kind, options);

  describe(`answer_job (${file}, isolation: ${isolation})`, { timeout: 60_000 }, () => {
    it("answers the content of the job when it has ended", async () => {
      await using host = await open();
      for (const body of ["", "{}", "[1]", { Synchronous: true, Asynchronous: true }]) {
        const answer = await post(host, "send", body);
        assert.deepEqual([answer.status, answer.json], [200, { Sent: 3 }], answer.text);
        assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
        assert.equal(answer.headers.get("x-set-before"), "yes");
      }
    });

    it("answers its id at once, and submits it as the body says", async () => {
      await using host = await open();
      const wish = { Asynchronous: true, Priority: -7, UserData: { a: [1, "ä"] } };
      const { status, json } = await post(host, "send?ends=hangs", wish);
      const { ID: id } = json as { ID: string };
      assert.deepEqual([status, json], [200, { ID: id, Path: `/jobs/${id}` }]);
      const { priority, userData, key } = host.jobInfo(id);
      assert.deepEqual([priority, userData, key], [-7, { a: [1, "ä"] }, "pacs"]);
      const other = await post(host, "send?flags=1");
      assert.equal(host.jobInfo(textOf(other.json["ID"])).priority, 3);
    });

    it("answers why it failed, or that it was canceled, or 202 when the time is over", async () => {
      await using host = await open();
      const failed = await post(host, "send?ends=fails");
      const { Code: code, Job: job } = failed.json["BatonError"] as JsonObject;
      assert.deepEqual(
        [failed.status, failed.json["OrthancStatus"], code],
        [500, 1, "REMOTE_REFUSED"],
      );
      assert.equal(host.jobInfo(textOf(job)).state, "failed");
      assert.equal(failed.json["Details"], "the modality PACS1 does not answer");
      const late = await post(host, "send?ends=hangs&timeout=0.05");
      assert.equal(late.status, 202);
      const waiting = post(host, "send?ends=hangs");
      await eventually(() =>
        host.jobs().some(({ id }) => id !== late.json["ID"] && isRunning(host, id)),
      );
      for (const { id, state } of host.jobs()) if (state === "running") await host.cancelJob(id);
      const canceled = await waiting;
      assert.deepEqual([canceled.status, canceled.json["OrthancStatus"]], [500, 37]);
    });

    it("answers also if no finished job is kept, more often than there are request threads", async () => {
      for (const store of [
        { kind: "memory" },
        { kind: "sqlite", path: answerers.workshop.file(`${file}-${isolation}.db`) },
      ] as const) {
        await using host = await open({ historySize: 0, store });
        const all = Array.from({ length: 30 }, () => post(host, "send?serializable"));
        for (const answer of await Promise.all(all)) {
          assert.deepEqual([answer.status, answer.json], [200, { Sent: 3 }], answer.text);
        }
      }
    });

    it("waits on no thread: other requests are answered meanwhile", async () => {
      await using host = await open();
      const hanging = Array.from({ length: 12 }, () => post(host, "send?ends=hangs"));
      await eventually(() => host.jobs().length === hanging.length);
      assert.equal((await post(host, "release")).text, "ok");
      for (const answer of await Promise.all(hanging)) assert.equal(answer.status, 200);
    });
  });
}

const isRunning = (host: Host, id: string): boolean => host.jobInfo(id).state === "running";
