import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { freePort } from "../../../test/support/free-port.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { until } from "./support/served-queue.ts";

const instance = (): ReturnType<typeof madeInstance> => madeInstance(explicit, 1_000);

describe("a modality that is entered over REST", () => {
  let peer: ReceivingPeer;
  let host: QueueHost;
  let reopened: QueueHost | null;

  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
    host = await QueueHost.open({ fixed: peer.port });
    reopened = null;
  });
  afterEach(async () => {
    await reopened?.host.close();
    await host[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  const put = (body: unknown, name = "vna"): Promise<[number, Readonly<Record<string, unknown>>]> =>
    host.call("PUT", `/modalities/${name}`, body as object);

  it("is sent to at once, as a list or as an object, and shows no more than it is", async () => {
    assert.equal((await put(["VNA", "127.0.0.1", peer.port]))[0], 200);
    assert.equal((await host.call("POST", "/modalities/vna/echo"))[0], 200);
    const [id = ""] = await host.take([instance()]);
    assert.equal((await host.call("POST", "/modalities/vna/store", [id]))[0], 200);
    const long = { AET: "OTHER", Host: "127.0.0.1", Port: peer.port, Timeout: 7, LocalAet: "WE" };
    assert.equal((await put(long))[0], 200);
    const [, shown] = await host.call("GET", "/modalities/vna/configuration");
    assert.deepEqual(shown, { ...long, UseDicomTls: false, AllowStorageCommitment: true });
    const [, operations] = await host.call("GET", "/modalities/vna");
    assert.deepEqual(operations, ["configuration", "echo", "store", "store-straight"]);
    const [, all] = await host.call("GET", "/modalities?expand");
    assert.deepEqual([Object.keys(all), all["vna"]], [["fixed", "vna"], shown]);
    const [, names] = await host.call("GET", "/modalities");
    assert.deepEqual(names, ["fixed", "vna"]);
    assert.equal((await host.call("POST", "/modalities/vna/store", [id]))[0], 200);
    assert.equal(peer.received.length, 2);
  });

  it("is there after a restart, and what waits for it goes on when it is corrected", async () => {
    await put(["VNA", "127.0.0.1", await freePort()]);
    const job = await host.send("vna", [instance()]);
    await until("it sleeps", () => host.host.jobInfo(job).state === "retrying");
    await host.host.close();
    reopened = await QueueHost.open({ fixed: peer.port }, { folder: host.folder });
    assert.equal((await reopened.destination("vna")).Pending, 1);
    const body = ["VNA", "127.0.0.1", peer.port];
    assert.equal((await reopened.call("PUT", "/modalities/vna", body))[0], 200);
    const { state } = await reopened.host.waitJob(job, { timeoutMs: 20_000 });
    assert.equal(state, "succeeded");
  });

  it("is gone when it is deleted, over a restart too", async () => {
    await put(["VNA", "127.0.0.1", peer.port]);
    assert.equal((await host.call("DELETE", "/modalities/vna"))[0], 200);
    assert.equal((await host.call("GET", "/modalities/vna"))[0], 404);
    assert.equal((await host.call("DELETE", "/modalities/vna"))[0], 404);
    const file = await readFile(join(host.folder, "queue", "modalities.json"), "utf8");
    assert.deepEqual(JSON.parse(file), {});
  });

  it("is not deleted while something is there for it, unless somebody insists; then that stays", async () => {
    await put(["VNA", "127.0.0.1", await freePort()]);
    const job = await host.send("vna", [instance()]);
    const [status, { Details: details }] = await host.call("DELETE", "/modalities/vna");
    assert.equal(status, 409);
    assert.match(String(details), /^1 instances wait for vna, and 0 are errors/);
    assert.equal((await host.call("DELETE", "/modalities/vna?force=true"))[0], 200);
    assert.equal((await host.destination("vna")).State, "NotConfigured");
    // Who enters it again has it sent.
    await put(["VNA", "127.0.0.1", peer.port]);
    const { state } = await host.host.waitJob(job, { timeoutMs: 20_000 });
    assert.equal(state, "succeeded");
  });

  it("is not what the configuration says: that is changed there", async () => {
    for (const method of ["PUT", "DELETE"]) {
      const body = method === "PUT" ? ["A", "127.0.0.1", 1] : undefined;
      const [status, { Details: details }] = await host.call(method, "/modalities/fixed", body);
      assert.equal(status, 409);
      assert.match(String(details), /"fixed" stands in the configuration/);
    }
  });

  it("is no nonsense, and nothing of that is kept", async () => {
    for (const body of [["VNA", "127.0.0.1"], { AET: "VNA" }, ["VNA", "127.0.0.1", 70_000], 7]) {
      const [status, { Details: details }] = await put(body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(String(details), /DicomModalities/);
    }
    const bytes = new TextEncoder().encode("[");
    assert.equal((await put(bytes))[0], 400);
    assert.equal((await put(["A", "127.0.0.1", 1], "a%20b"))[0], 400);
    assert.equal((await host.call("GET", "/modalities/vna"))[0], 404);
  });
});

describe("a modality that a rule names", () => {
  it("cannot be deleted, since the next start would find no such destination", async () => {
    await using peer = await ReceivingPeer.listen();
    const first = await QueueHost.open({ fixed: peer.port });
    await first.call("PUT", "/modalities/vna", ["VNA", "127.0.0.1", peer.port]);
    await first.host.close();
    const queue = { Rules: [{ To: ["vna"] }] };
    const { folder } = first;
    await using again = await QueueHost.open({ fixed: peer.port }, { folder, queue });
    const [status, { Details: details }] = await again.call("DELETE", "/modalities/vna");
    assert.equal(status, 409);
    assert.match(String(details), /SendQueue\.Rules\.0\.To/);
    await first[Symbol.asyncDispose]();
  });
});
