import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { openHost, type Host, type JobInfo } from "../../../src/index.ts";
import { plugin } from "../src/index.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance, type MadeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";

describe("a request is sent", () => {
  let folder = "";
  let peer: ReceivingPeer;
  let host: Host;
  let latePort = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    peer = await ReceivingPeer.listen();
    const nobody = await freePort();
    latePort = await freePort();
    host = await openHost({
      store: { kind: "sqlite", path: join(folder, "jobs.sqlite") },
      http: { port: 0 },
      plugins: [plugin],
      pluginSettings: {
        "send-queue": {
          DicomModalities: {
            pacs: ["PACS", "127.0.0.1", peer.port],
            dead: ["DEAD", "127.0.0.1", nobody],
            late: ["LATE", "127.0.0.1", latePort],
          },
          SendQueue: {
            Directory: join(folder, "queue"),
            MinFreeMB: 1,
            Defaults: { Retry: { First: 0.2, Factor: 2, Max: 1, Jitter: 0 } },
            Destinations: { late: { Retry: { First: 3_600, Factor: 1, Max: 3_600, Jitter: 0 } } },
          },
        },
      },
    });
  });
  after(async () => {
    await host.close();
    await peer[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const post = async (path: string, body: Uint8Array | object): Promise<[number, Answer]> => {
    const answer = await fetch(`${host.url}${path}`, {
      method: "POST",
      body: body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    return [answer.status, (await answer.json()) as Answer];
  };
  const taken = async (instance: MadeInstance): Promise<string> => {
    const [status, { ID: id }] = await post("/instances", instance.file);
    assert.equal(status, 200);
    return String(id);
  };

  /** Whoever waits for an answer is told at the end of the step, and the engine just after. */
  const afterStep = async (job: string): Promise<JobInfo> => {
    let info = host.jobInfo(job);
    for (; info.state === "running"; info = host.jobInfo(job)) await nextTurn();
    return info;
  };

  it("synchronously: 200 when everything was transferred", async () => {
    const instances = [madeInstance(), madeInstance(), madeInstance()];
    const ids: string[] = [];
    for (const instance of instances) ids.push(await taken(instance));
    const [status, content] = await post("/modalities/pacs/store", { Resources: ids });
    assert.equal(status, 200, JSON.stringify(content));
    assert.equal(content["InstancesCount"], 3);
    assert.equal(content["FailedInstancesCount"], 0);
    for (const { dataSet } of instances) {
      assert.equal(
        peer.received.some(({ bytes }) => bytes.equals(dataSet)),
        true,
      );
    }
  });

  it("asynchronously: the job answers", async () => {
    const id = await taken(madeInstance());
    const [status, { ID: job }] = await post("/modalities/pacs/store", {
      Resources: [id],
      Asynchronous: true,
    });
    assert.equal(status, 200);
    const { state, content } = await host.waitJob(String(job));
    assert.equal(state, "succeeded");
    assert.equal(content["SentInstancesCount"], 1);
  });

  it("500 with the truth when the destination is dead, and it stays queued", async () => {
    const id = await taken(madeInstance());
    const [status, body] = await post("/modalities/dead/store", [id]);
    assert.equal(status, 500);
    assert.equal(body["OrthancStatus"], 9);
    const { ID: job, Queued: queued, LastError: why } = body["SendQueue"] as Answer;
    assert.equal(queued, 1);
    assert.match(String(why), /^ECONNREFUSED 127\.0\.0\.1:\d+: The peer cannot be reached\.$/);
    const info = await afterStep(String(job));
    assert.equal(info.state, "retrying");
    assert.match(JSON.stringify(info.content), /ECONNREFUSED/);
  });

  it("a flush sends at once what would wait for an hour", async () => {
    const id = await taken(madeInstance());
    const { ID: job } = (await post("/modalities/late/store", [id]))[1]["SendQueue"] as Answer;
    assert.equal((await afterStep(String(job))).state, "retrying");
    await using late = await ReceivingPeer.listen({ port: latePort });
    const [status] = await post("/send-queue/destinations/late/flush", {});
    assert.equal(status, 200);
    const { state } = await host.waitJob(String(job), { timeoutMs: 10_000 });
    assert.equal(state, "succeeded");
    assert.equal(late.received.length, 1);
  });

  it("404 for what is not known", async () => {
    assert.equal((await post("/modalities/nobody/store", ["x"]))[0], 404);
    assert.equal((await post("/modalities/pacs/store", ["x"]))[0], 404);
    assert.equal((await post("/modalities/pacs/store", { Resources: 5 }))[0], 400);
  });

  it("400 for a file that is cut off", async () => {
    const { file } = madeInstance();
    const [status, body] = await post("/instances", file.subarray(0, 1_000));
    assert.equal(status, 400);
    assert.match(String(body["Details"]), /cut off/);
  });
});

type Answer = Readonly<Record<string, unknown>>;
