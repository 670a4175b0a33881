import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

/** A peer that answers when it is told to. */
async function heldPeer(): Promise<{ readonly peer: ReceivingPeer; readonly letGo: () => void }> {
  const peer = await ReceivingPeer.listen();
  const gate = Promise.withResolvers<void>();
  const receive = peer.receive.bind(peer);
  peer.receive = async (message) => {
    await gate.promise;
    return receive(message);
  };
  return { peer, letGo: () => gate.resolve() };
}

describe("who waits for a request", () => {
  it("is told 202 and its job after the time that was wanted, and the job goes on", async () => {
    const held = await heldPeer();
    await using peer = held.peer;
    await using queue = await ServedQueue.open({ pacs: peer.port });
    const id = await queue.take(madeInstance());
    const body = { Resources: [id], SynchronousTimeout: 0.2 };
    const [status, { ID: job, Path: path }] = await queue.call(
      "POST",
      "/modalities/pacs/store",
      body,
    );
    assert.deepEqual([status, path], [202, `/jobs/${String(job)}`]);
    held.letGo();
    const { state } = await queue.host.waitJob(String(job), { timeoutMs: 20_000 });
    assert.deepEqual([state, peer.received.length], ["succeeded", 1]);
  });

  it("may go away: the job goes on", async () => {
    const held = await heldPeer();
    await using peer = held.peer;
    await using queue = await ServedQueue.open({ pacs: peer.port });
    const id = await queue.take(madeInstance());
    const leaving = new AbortController();
    const asked = fetch(`${queue.host.url}/modalities/pacs/store`, {
      method: "POST",
      body: JSON.stringify([id]),
      signal: leaving.signal,
    });
    await until("it is being sent", () =>
      queue.host.jobs().some(({ state }) => state === "running"),
    );
    leaving.abort();
    await assert.rejects(asked, { name: "AbortError" });
    held.letGo();
    const [job] = queue.host.jobs();
    const { state } = await queue.host.waitJob(job?.id ?? "", { timeoutMs: 20_000 });
    assert.deepEqual([state, peer.received.length], ["succeeded", 1]);
  });

  it("is told 500 and how many failed, and the job has a list of them", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count === 1 ? 0xa900 : 0);
    await using queue = await ServedQueue.open(
      { pacs: peer.port },
      { Defaults: { Concurrency: 1 } },
    );
    const instances = [madeInstance(), madeInstance(), madeInstance()];
    const ids: string[] = [];
    for (const instance of instances) ids.push(await queue.take(instance));
    const [status, body] = await queue.call("POST", "/modalities/pacs/store", ids);
    assert.deepEqual([status, body["OrthancStatus"]], [500, 9]);
    const {
      ID: job,
      Failed: failed,
      Queued: queued,
    } = body["SendQueue"] as Record<string, unknown>;
    assert.deepEqual([failed, queued], [1, 0]);
    const [, list] = await queue.call("GET", `/send-queue/jobs/${String(job)}/failed`);
    const shown = list as unknown as Record<string, unknown>[];
    assert.deepEqual(
      shown.map(({ SOPInstanceUID: uid, ErrorCode: code }) => [uid, code]),
      [[instances[1]?.sopInstance, "A900"]],
    );
  });

  it("is told 200 and how many failed if it is permissive, and the job has a list of them", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = () => 0xa900;
    await using queue = await ServedQueue.open({ pacs: peer.port });
    const instances = [madeInstance(), madeInstance()];
    const ids: string[] = [];
    for (const instance of instances) ids.push(await queue.take(instance));
    const body = { Resources: ids, Permissive: true };
    const [status, answer] = await queue.call("POST", "/modalities/pacs/store", body);
    assert.deepEqual([status, answer["FailedInstancesCount"]], [200, 2]);
    const [job] = queue.host.jobs();
    const { state } = await queue.host.waitJob(job?.id ?? "", { timeoutMs: 20_000 });
    assert.equal(state, "succeeded");
    const [, failed] = await queue.call("GET", `/jobs/${job?.id}/failed`);
    assert.deepEqual(failed, await queue.items("state=failed"));
    assert.deepEqual(
      (failed as unknown as Record<string, unknown>[])
        .map(({ SOPInstanceUID: uid }) => String(uid))
        .toSorted(),
      instances.map(({ sopInstance }) => sopInstance).toSorted(),
    );
  });
});
