import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, it } from "node:test";
import { StepResult } from "../../src/index.ts";
import { openMaker, post, type Maker } from "./support/job-maker.ts";

const ending = (end: string): object => ({ Type: "scripted", Content: { End: end } });

describe("a job that POST /jobs waits for", () => {
  it("answers with its content when it has succeeded", async () => {
    await using host = await openMaker({ historySize: 0 });
    const { status, json } = await post(host, { ...ending("success"), Synchronous: true });
    assert.equal(status, 200);
    assert.deepEqual(json, { Steps: 1 });
  });

  it("answers with why it failed, and the status of that", async () => {
    await using host = await openMaker();
    const { status, json } = await post(host, { ...ending("NO_LINE"), Synchronous: true });
    assert.equal(status, 500);
    const [id] = host.jobIds();
    const { BatonError, Details, OrthancStatus, Uri } = json as Readonly<Record<string, unknown>>;
    const told = { Attempt: 1, Code: "NO_LINE", Job: id, Message: "as it was told" };
    assert.deepEqual(BatonError, told);
    assert.deepEqual([Details, OrthancStatus, Uri], ["as it was told", 1, "/jobs"]);
  });

  for (const [mode, isWaited] of [
    [{ Synchronous: true, Asynchronous: true }, true],
    [{ Asynchronous: false }, true],
    [{ Synchronous: false, Asynchronous: false }, false],
    [{ Asynchronous: true }, false],
    [{}, false],
  ] as const) {
    it(`is ${isWaited ? "" : "not "}waited for with ${JSON.stringify(mode)}`, async () => {
      await using host = await openMaker();
      const { status, json } = await post(host, { ...ending("success"), ...mode });
      assert.equal(status, 200);
      assert.equal("Steps" in (json as object), isWaited);
    });
  }

  it("goes on when the time is over", async () => {
    await using host = await openMaker();
    const wish = { Type: "scripted", Synchronous: true };
    const { status, json } = await post(host, wish, "?timeout=0.02");
    const [id = ""] = host.jobIds();
    assert.equal(status, 202);
    assert.deepEqual(json, { ID: id, Path: `/jobs/${id}` });
    host.made[0]?.job.end(StepResult.success);
    assert.equal((await host.waitJob(id)).state, "succeeded");
    assert.equal((await post(host, wish, "?timeout=soon")).status, 400);
  });

  it("goes on when its client goes away", async () => {
    const { promise: running, resolve } = Promise.withResolvers<void>();
    await using host = await openMaker({
      observer: (event) => event.kind === "changed" && event.job.state === "running" && resolve(),
    });
    await hangUp(host, running);
    const [id = ""] = host.jobIds();
    assert.equal(host.jobInfo(id).state, "running");
    host.made[0]?.job.end(StepResult.success);
    assert.equal((await host.waitJob(id)).state, "succeeded");
    assert.equal((await post(host, { ...ending("success"), Synchronous: true })).status, 200);
  });
});

/** Asks for a job that does not end, and leaves when it runs. */
async function hangUp(host: Maker, running: Promise<void>): Promise<void> {
  const sent = request(`${host.url}/jobs`, { method: "POST", agent: false });
  sent.once("error", () => undefined);
  sent.end(JSON.stringify({ Type: "scripted", Synchronous: true }));
  await running;
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  sent.once("close", resolve);
  sent.destroy();
  await closed;
}
