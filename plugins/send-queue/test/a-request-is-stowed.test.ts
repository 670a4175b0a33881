import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { openHost, type Host } from "../../../src/index.ts";
import { plugin } from "../src/index.ts";
import { madeInstance, type MadeInstance } from "./support/made-instance.ts";
import { answer, storedOf, StowServer } from "./support/stow-server.ts";

type Answer = Readonly<Record<string, unknown>>;

describe("a request is stowed", () => {
  let folder = "";
  let server: StowServer;
  let host: Host;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    server = await StowServer.listen();
    process.env["SEND_QUEUE_TEST_SECRET"] = "s3cret";
    host = await openHost({
      store: { kind: "sqlite", path: join(folder, "jobs.sqlite") },
      http: { port: 0 },
      plugins: [plugin],
      pluginSettings: {
        "send-queue": {
          DicomModalities: { pacs: ["PACS", "127.0.0.1", 104] },
          DicomWeb: {
            Servers: {
              cloud: {
                Url: server.url,
                Username: "ward",
                Password: "env:SEND_QUEUE_TEST_SECRET",
                HttpHeaders: { "X-Token": "env:SEND_QUEUE_TEST_SECRET" },
              },
            },
          },
          SendQueue: {
            Directory: join(folder, "queue"),
            MinFreeMB: 1,
            Defaults: {
              Retry: { First: 0.1, Factor: 2, Max: 0.3, Jitter: 0 },
              InstanceRetries: [0.05, 0.05],
            },
          },
        },
      },
    });
  });
  after(async () => {
    await host.close();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    server.react = (response, { uids }) => answer(response, 200, storedOf(uids));
    server.stowed.length = 0;
  });

  const call = async (
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<[number, Answer]> => {
    const given = await fetch(`${host.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
    });
    return [given.status, (await given.json()) as Answer];
  };
  const taken = async (instances: readonly MadeInstance[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const { file } of instances) {
      const [status, { ID: id }] = await call("POST", "/instances", new Uint8Array(file));
      assert.equal(status, 200);
      ids.push(String(id));
    }
    return ids;
  };
  const stow = (ids: readonly string[], more: object = {}): Promise<[number, Answer]> =>
    call("POST", "/dicom-web/servers/cloud/stow", JSON.stringify({ Resources: ids, ...more }));

  it("200, when everything was confirmed; every file as it came, ten in a request", async () => {
    const instances = Array.from({ length: 12 }, () => madeInstance(undefined, 5_000));
    const [status, content] = await stow(await taken(instances));
    assert.equal(status, 200, JSON.stringify(content));
    assert.equal(content["InstancesCount"], 12);
    assert.equal(content["Server"], "cloud");
    for (const { file } of instances) {
      assert.ok(server.stowed.some(({ files }) => files.some((came) => came.equals(file))));
    }
    assert.ok(server.stowed.every(({ uids }) => uids.length <= 10));
    const authorization = `Basic ${Buffer.from("ward:s3cret").toString("base64")}`;
    assert.equal(server.stowed[0]?.headers["authorization"], authorization);
    assert.equal(server.stowed[0]?.headers["x-token"], "s3cret");
  });

  it("by a job with Orthanc's name, which a restart could make again", async () => {
    const [status, { ID: job }] = await stow(await taken([madeInstance()]), { Asynchronous: true });
    assert.equal(status, 200);
    const { type, state } = await host.waitJob(String(job));
    assert.deepEqual([type, state], ["DicomWebStowClient", "succeeded"]);
  });

  it("503 holds all back and charges nobody; then it goes on by itself", async () => {
    let refusals = 3;
    server.react = (response, { uids }) => {
      refusals -= 1;
      answer(response, refusals >= 0 ? 503 : 200, refusals >= 0 ? null : storedOf(uids));
    };
    const [status, body] = await stow(await taken([madeInstance(), madeInstance()]));
    assert.equal(status, 500);
    const { ID: job, Queued: queued } = body["SendQueue"] as Answer;
    assert.equal(queued, 2);
    assert.equal((await host.waitJob(String(job))).state, "succeeded");
    const [, items] = await call("GET", "/send-queue/items?destination=cloud&limit=1000");
    const attempts = (items as unknown as Answer[]).slice(-2).map((item) => item["Attempts"]);
    assert.deepEqual(attempts, [0, 0]);
  });

  it("one on which the server breaks is found, and the others arrive", async () => {
    const instances = Array.from({ length: 8 }, () => madeInstance());
    const poison = instances[3]?.sopInstance ?? "";
    server.react = (response, { uids }) => {
      if (uids.includes(poison)) response.destroy();
      else answer(response, 200, storedOf(uids));
    };
    const ids = await taken(instances);
    const [, { ID: job }] = await stow(ids, { Asynchronous: true });
    const { state, content } = await host.waitJob(String(job));
    assert.equal(state, "failed");
    assert.deepEqual([content["SentInstancesCount"], content["FailedInstancesCount"]], [7, 1]);
    const [, errors] = await call("GET", "/send-queue/errors");
    assert.deepEqual(
      (errors as unknown as Answer[]).map((item) => [item["SOPInstanceUID"], item["ErrorCode"]]),
      [[poison, "ECONNRESET"]],
    );
  });

  it("servers are listed, their secrets never", async () => {
    assert.deepEqual(await call("GET", "/dicom-web/servers"), [200, ["cloud"]]);
    assert.deepEqual(await call("GET", "/modalities"), [200, ["pacs"]]);
    const [, expanded] = await call("GET", "/dicom-web/servers?expand");
    assert.deepEqual(expanded["cloud"], {
      Url: `${server.url}/`,
      Username: "ward",
      HttpHeaders: ["X-Token"],
      ChunkedTransfers: true,
      Timeout: 60,
    });
    const [, queue] = await call("GET", "/send-queue");
    assert.match(JSON.stringify(queue), /"Name":"cloud","Kind":"DicomWeb"/);
    assert.doesNotMatch(JSON.stringify([expanded, queue]), /s3cret/);
  });

  it("a probe asks for nobody's data; 404 for a server that is none", async () => {
    server.asked.length = 0;
    assert.equal((await call("POST", "/send-queue/destinations/cloud/probe"))[0], 200);
    assert.match(
      server.asked.join(),
      /^GET \/dicom-web\/studies\?StudyInstanceUID=2\.25\.\d+&limit=1$/,
    );
    server.find = (response) => answer(response, 401, null);
    const [status, { Details: details }] = await call(
      "POST",
      "/send-queue/destinations/cloud/probe",
    );
    assert.equal(status, 500);
    assert.match(String(details), /name and password/);
    assert.equal((await call("POST", "/dicom-web/servers/pacs/stow", "[]"))[0], 404);
    assert.equal((await call("POST", "/modalities/cloud/store", "[]"))[0], 404);
  });
});
