import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { resourcesOf } from "../src/resource-ids.ts";
import { FakeOrthanc } from "./support/fake-orthanc.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { encodings, madeInstance, type MadeInstance } from "./support/made-instance.ts";
import { hasOrthanc, OrthancPeer } from "./support/orthanc-peer.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, type Answer } from "./support/served-queue.ts";

/** What is made is of one series. */
const idsOf = ({ sopInstance }: { readonly sopInstance: string }): ReturnType<typeof resourcesOf> =>
  resourcesOf({
    patientId: "NOBODY",
    studyInstance: "2.25.1",
    seriesInstance: "2.25.1.1",
    sopInstance,
  });

const { study, series, patient } = idsOf({ sopInstance: "" });

/** So many instances at an Orthanc that is configured, none of them here, and a peer. */
class Scene implements AsyncDisposable {
  readonly orthanc: FakeOrthanc;
  readonly peer: ReceivingPeer;
  readonly queue: ServedQueue;
  readonly instances: readonly MadeInstance[];

  private constructor(
    parts: { orthanc: FakeOrthanc; peer: ReceivingPeer; queue: ServedQueue },
    instances: readonly MadeInstance[],
  ) {
    this.orthanc = parts.orthanc;
    this.peer = parts.peer;
    this.queue = parts.queue;
    this.instances = instances;
  }

  static async open(count: number): Promise<Scene> {
    const orthanc = await FakeOrthanc.listen();
    const peer = await ReceivingPeer.listen();
    const queue = await ServedQueue.open({ pacs: peer.port }, { Orthanc: [orthanc.url] });
    const instances = Array.from({ length: count }, () => madeInstance());
    const files = new Map(instances.map((one) => [idsOf(one).instance, one.file]));
    orthanc.hold({ study, series }, files);
    return new Scene({ orthanc, peer, queue }, instances);
  }

  store(...resources: readonly string[]): Promise<[number, Answer]> {
    return this.queue.call("POST", "/modalities/pacs/store", resources);
  }

  get sent(): string[] {
    return this.peer.received.map(({ message }) => message.sopInstance ?? "").toSorted();
  }

  get all(): string[] {
    return this.instances.map(({ sopInstance }) => sopInstance).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queue[Symbol.asyncDispose]();
    await this.peer[Symbol.asyncDispose]();
    await this.orthanc[Symbol.asyncDispose]();
  }
}

describe("what is to be sent and is not here", () => {
  it("is fetched from the Orthanc that is configured: an instance, a series, a study", async () => {
    for (const idOf of [() => study, () => series, idsOfFirst]) {
      await using scene = await Scene.open(1);
      const [status, answer] = await scene.store(idOf(scene.instances));
      assert.deepEqual([status, answer["InstancesCount"]], [200, 1], JSON.stringify(answer));
      assert.deepEqual(scene.sent, scene.all);
      const [received] = scene.peer.received;
      assert.ok(received?.bytes.equals(scene.instances[0]?.dataSet ?? Buffer.alloc(0)));
    }
  });

  it("is fetched as far as it is not here: of a study there may be a part", async () => {
    await using scene = await Scene.open(9);
    const [first] = scene.instances;
    assert.ok(first !== undefined);
    await scene.queue.take(first);
    const [status, answer] = await scene.store(study);
    assert.deepEqual([status, answer["InstancesCount"]], [200, 9]);
    assert.deepEqual(scene.sent, scene.all);
    assert.ok(!scene.orthanc.asked.includes(`/instances/${idsOf(first).instance}/file`));
  });

  it("is not asked for if it is an instance that is here, or no id at all", async () => {
    await using scene = await Scene.open(1);
    const [one] = scene.instances;
    assert.ok(one !== undefined);
    await scene.queue.take(one);
    assert.equal((await scene.store(idsOf(one).instance))[0], 200);
    assert.equal((await scene.store("../system"))[0], 404);
    assert.deepEqual(scene.orthanc.asked, []);
  });

  it("and is not there either is a 404", async () => {
    await using scene = await Scene.open(1);
    const [status, { Details: details }] = await scene.store(patient);
    assert.deepEqual([status, scene.sent], [404, []]);
    assert.match(String(details), /Nothing in the spool/);
  });

  it("is not queued if the Orthanc breaks off, and is all sent the next time", async () => {
    await using scene = await Scene.open(9);
    let files = 0;
    scene.orthanc.spoil = (response, file) => {
      files += 1;
      if (files !== 5) return false;
      response.setHeader("Content-Length", file.length);
      response.write(file.subarray(0, 700), () => response.destroy());
      return true;
    };
    const [status, { Details: details }] = await scene.store(study);
    assert.equal(status, 500);
    assert.match(String(details), /could not be fetched: ECONNRESET\. Nothing is queued\.$/);
    assert.deepEqual([await scene.queue.items(""), scene.sent], [[], []]);
    assert.equal((await scene.store(study))[0], 200);
    assert.deepEqual(scene.sent, scene.all);
  });

  it("is not queued if something else comes than was asked for", async () => {
    await using scene = await Scene.open(1);
    scene.orthanc.spoil = (response) => {
      response.end(madeInstance().file);
      return true;
    };
    const [status, { Details: details }] = await scene.store(study);
    assert.equal(status, 500);
    assert.match(String(details), /is that of another one/);
    scene.orthanc.spoil = (response) => {
      response.end("no DICOM at all");
      return true;
    };
    assert.equal((await scene.store(study))[0], 400);
    scene.orthanc.resources.set(`/series/${series}`, { Instances: ["../../etc/passwd"] });
    assert.match(String((await scene.store(study))[1]["Details"]), /is the Url right\?/);
    assert.deepEqual([await scene.queue.items(""), scene.sent], [[], []]);
  });

  it("is not sent in part while the Orthanc is away", async () => {
    await using peer = await ReceivingPeer.listen();
    const Orthanc = [`http://127.0.0.1:${await freePort()}/`];
    await using queue = await ServedQueue.open({ pacs: peer.port }, { Orthanc });
    await queue.take(madeInstance());
    const [status, answer] = await queue.call("POST", "/modalities/pacs/store", [study]);
    assert.equal(status, 500);
    assert.match(String(answer["Details"]), /ECONNREFUSED/);
    assert.deepEqual(peer.received, []);
  });

  it("comes from a real Orthanc, byte for byte, by all four kinds of ids", async (test) => {
    if (!hasOrthanc(test)) return;
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    {
      await using orthanc = await OrthancPeer.listening(folder, {
        AuthenticationEnabled: true,
        RegisteredUsers: { ward: "secret" },
      });
      const instances = encodings.map((syntax) => madeInstance(syntax, 60_000));
      for (const { file } of instances) {
        const headers = { Authorization: `Basic ${btoa("ward:secret")}` };
        const body = new Uint8Array(file);
        const { status } = await fetch(`${orthanc.url}/instances`, {
          method: "POST",
          headers,
          body,
        });
        assert.equal(status, 200);
      }
      for (const id of [study, series, patient, ...instances.map((one) => idsOf(one).instance)]) {
        await using peer = await ReceivingPeer.listen();
        const Orthanc = { Url: orthanc.url, Username: "ward", Password: "secret" };
        await using queue = await ServedQueue.open({ pacs: peer.port }, { Orthanc });
        const [status, answer] = await queue.call("POST", "/modalities/pacs/store", [id]);
        assert.equal(status, 200, JSON.stringify(answer));
        const meant = instances.filter(
          (one) => [study, series, patient].includes(id) || idsOf(one).instance === id,
        );
        assert.equal(peer.received.length, meant.length);
        for (const { dataSet, transferSyntax } of meant) {
          assert.ok(
            peer.received.some(({ bytes }) => bytes.equals(dataSet)),
            transferSyntax,
          );
        }
      }
      await using peer = await ReceivingPeer.listen();
      const Orthanc = [orthanc.url, "ward", "wrong"];
      await using queue = await ServedQueue.open({ pacs: peer.port }, { Orthanc });
      const [status, answer] = await queue.call("POST", "/modalities/pacs/store", [study]);
      assert.equal(status, 500);
      assert.match(String(answer["Details"]), /HTTP 401/);
    }
    await rm(folder, { recursive: true });
  });
});

const idsOfFirst = ([first]: readonly MadeInstance[]): string =>
  first === undefined ? "" : idsOf(first).instance;
