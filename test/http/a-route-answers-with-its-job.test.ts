import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openPluginHost, type PluginHarness } from "../../src/testing/index.ts";
import { Gate } from "../../src/testing/gate.ts";
import type { JsonObject, JsonValue } from "../../src/sdk.ts";
import { answeringPlugin, type Watched } from "./support/answering-plugin.ts";
import { textOf } from "../support/json-text.ts";

interface Answering {
  readonly harness: PluginHarness;
  readonly watched: Watched;
  post(path: string, body?: JsonValue | string): Promise<{ status: number; json: JsonObject }>;
}

async function answering(historySize = 10): Promise<Answering & AsyncDisposable> {
  const watched: Watched = { gate: new Gate(), finalized: 0 };
  const harness = await openPluginHost(answeringPlugin(watched), { historySize });
  return {
    harness,
    watched,
    async post(path, body) {
      const answer = await harness.request("POST", path, body);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
      return { status: answer.status, json: answer.json() as JsonObject };
    },
    async [Symbol.asyncDispose]() {
      watched.gate.open();
      await harness.close();
    },
  };
}

const id = /^[0-9a-f-]{36}$/;

describe("a route that answers with its job", () => {
  const synchronous: readonly (JsonValue | undefined)[] = [
    {},
    undefined,
    "[]",
    { Synchronous: true },
    { Asynchronous: false },
    { Synchronous: true, Asynchronous: true },
  ];
  for (const body of synchronous) {
    it(`waits for its end, and answers its content: ${JSON.stringify(body)}`, async () => {
      await using host = await answering();
      const { status, json } = await host.post("/send", body);
      assert.deepEqual([status, json], [200, { Sent: 3, Permissive: false }]);
    });
  }

  for (const body of [
    { Asynchronous: true },
    { Synchronous: false },
    { Synchronous: false, Asynchronous: false },
  ]) {
    it(`answers its id at once: ${JSON.stringify(body)}`, async () => {
      await using host = await answering();
      const { status, json } = await host.post("/send", { ...body, Gated: true });
      assert.equal(status, 200);
      assert.match(textOf(json["ID"]), id);
      assert.deepEqual(json, { ID: json["ID"], Path: `/jobs/${textOf(json["ID"])}` });
    });
  }

  it("submits it with what the body says, before what the route says", async () => {
    await using host = await answering();
    const wish = { Gated: true, Priority: -7, UserData: ["a", { b: 1 }] };
    const { json } = await host.post("/send-later", wish);
    const job = (await host.harness.request("GET", textOf(json["Path"]))).json() as JsonObject;
    assert.deepEqual([job["Priority"], job["UserData"], job["Key"]], [-7, ["a", { b: 1 }], "pacs"]);
    const second = await host.post("/send-later", {});
    const other = await host.harness.request("GET", textOf(second.json["Path"]));
    assert.equal((other.json() as JsonObject)["Priority"], 3);
  });

  it("answers a failure with its status, in Orthanc's shape, and says which job it was", async () => {
    await using host = await answering();
    const { status, json } = await host.post("/send?a=1", { Fails: "REMOTE_REFUSED" });
    const { BatonError: ours, ...theirs } = json;
    assert.equal(status, 500);
    assert.deepEqual(theirs, {
      Details: "the modality PACS1 does not answer",
      HttpError: "Internal Server Error",
      HttpStatus: 500,
      Message: "Error encountered within the plugin engine",
      Method: "POST",
      OrthancError: "Error encountered within the plugin engine",
      OrthancStatus: 1,
      Uri: "/send",
    });
    const { Job: job, ...error } = ours as JsonObject;
    assert.match(textOf(job), id);
    assert.deepEqual(error, {
      Attempt: 1,
      Code: "REMOTE_REFUSED",
      Details: { Host: "pacs" },
      Message: "the modality PACS1 does not answer",
    });
  });

  it("answers that a job was canceled meanwhile", async () => {
    await using host = await answering();
    const answered = host.post("/send", { Gated: true });
    const { id: job } = await host.harness.next("running");
    await host.watched.gate.reached;
    await host.harness.host.cancelJob(job);
    const { status, json } = await answered;
    assert.deepEqual([status, json["OrthancStatus"]], [500, 37]);
    assert.equal((json["BatonError"] as JsonObject)["Code"], "JOB_CANCELED");
  });

  it("answers 202 and the id when the time is over; the job goes on", async () => {
    await using host = await answering();
    const { status, json } = await host.post("/send?timeout=0.05", { Gated: true });
    assert.deepEqual([status, Object.keys(json)], [202, ["ID", "Path"]]);
    host.watched.gate.open();
    await host.harness.next("succeeded", textOf(json["ID"]));
  });

  it("answers also if no finished job is kept", async () => {
    await using host = await answering(0);
    for (let time = 0; time < 20; time += 1) {
      const { status, json } = await host.post("/send", {});
      assert.deepEqual([status, json["Sent"]], [200, 3]);
    }
    assert.deepEqual((await host.harness.request("GET", "/jobs")).json(), []);
  });

  const refused: readonly (readonly [path: string, body: JsonValue, details: RegExp])[] = [
    ["/send", { Synchronous: "yes" }, /Synchronous is true or false, not "yes"/],
    ["/send", { Asynchronous: 1 }, /Asynchronous is true or false, not 1/],
    ["/send", { Permissive: null }, /Permissive is true or false, not null/],
    ["/send", { Priority: "high" }, /a priority is a whole number of 32 bits, not "high"/],
    ["/send", { Priority: 1.5 }, /a priority is a whole number of 32 bits, not 1.5/],
    ["/send", '{"Synchronous":', /the body of the request is not JSON/],
    ["/send?timeout=soon", {}, /timeout is 0 to 86400 seconds, not "soon"/],
    ["/send-only-later", { Synchronous: true }, /this job cannot be waited for/],
  ];
  for (const [path, body, details] of refused) {
    it(`refuses ${JSON.stringify(body)} at ${path}, and nothing is left of the job`, async () => {
      await using host = await answering();
      const { status, json } = await host.post(path, body);
      assert.equal(status, 400);
      assert.match(textOf(json["Details"]), details);
      assert.deepEqual((await host.harness.request("GET", "/jobs")).json(), []);
    });
  }
});
