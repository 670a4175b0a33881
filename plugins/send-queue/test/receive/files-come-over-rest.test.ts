import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { explicit, madeInstance } from "../support/made-instance.ts";
import { RoutedQueue, until, type Answer } from "../support/routed-queue.ts";

/** More than the host holds of any other body. */
const large = 8_000_000;

function formOf(...files: readonly Buffer[]): FormData {
  const form = new FormData();
  for (const file of files) form.append("file", new Blob([new Uint8Array(file)]), "one.dcm");
  return form;
}

describe("files come over REST", () => {
  let queue: RoutedQueue;
  before(async () => {
    queue = await RoutedQueue.open({});
  });
  after(() => queue[Symbol.asyncDispose]());

  const post = (body: Uint8Array | FormData): Promise<[number, Answer]> =>
    queue.call("POST", "/instances", body);
  it("of any size, and are told as Orthanc does", async () => {
    const { file } = madeInstance(explicit, large);
    const [status, answer] = await post(file);
    assert.equal(status, 200);
    assert.equal(answer["Status"], "Success");
    assert.equal(answer["Path"], `/instances/${String(answer["ID"])}`);
    for (const parent of ["ParentPatient", "ParentStudy", "ParentSeries"]) {
      assert.match(String(answer[parent]), /^[0-9a-f]{8}(-[0-9a-f]{8}){4}$/);
    }
    const [, again] = await post(file);
    assert.deepEqual(again, { ...answer, Status: "AlreadyStored" });
  });

  it("also one that begins as an archive does: what stands before its mark is anybody's", async () => {
    const { file } = madeInstance();
    file.writeUInt32LE(0x0403_4b50);
    const [status, answer] = await post(file);
    assert.deepEqual([status, answer["Status"]], [200, "Success"]);
  });

  it("twice at the same time, and are there once", async () => {
    const { file } = madeInstance(explicit, 500_000);
    const files = await queue.spooled();
    const answers = await Promise.all([post(file), post(file), post(file)]);
    const statuses = answers.map(([, { Status: status }]) => String(status));
    assert.deepEqual(statuses.toSorted(), ["AlreadyStored", "AlreadyStored", "Success"]);
    assert.equal((await queue.spooled()).length, files.length + 1);
  });

  it("several in one form", async () => {
    const instances = [madeInstance(), madeInstance(explicit, large), madeInstance()];
    const [status, answers] = await post(formOf(...instances.map(({ file }) => file)));
    assert.equal(status, 200);
    const shown = answers as unknown as readonly Answer[];
    assert.deepEqual(
      shown.map(({ Status: each }) => each),
      ["Success", "Success", "Success"],
    );
    const ids = new Set(shown.map(({ ID: id }) => id));
    assert.equal(ids.size, 3);
  });

  it("all of a form or none of it", async () => {
    const files = await queue.spooled();
    const good = madeInstance().file;
    const [status, answer] = await post(formOf(good, Buffer.from("no image"), madeInstance().file));
    assert.equal(status, 400);
    assert.equal(answer["OrthancStatus"], 15);
    assert.deepEqual(await queue.spooled(), files);
    assert.equal((await post(good))[1]["Status"], "Success");
  });

  it("not if there is nothing of them", async () => {
    const files = await queue.spooled();
    for (const body of [new Uint8Array(0), formOf(), formOf(Buffer.alloc(0))]) {
      const [status, answer] = await post(body);
      assert.deepEqual([status, answer["HttpError"]], [400, "Bad Request"]);
    }
    assert.deepEqual(await queue.spooled(), files);
  });

  it("not by half, when the client goes away", async () => {
    const files = await queue.spooled();
    const { file } = madeInstance(explicit, large);
    const headers = { "content-length": String(file.length) };
    const client = request(`${queue.host.url}/instances`, { method: "POST", headers });
    client.on("error", () => {});
    client.write(file.subarray(0, large / 2));
    await until("it has begun", async () => (await queue.spooled()).length > files.length);
    client.destroy();
    await until("nothing is left", async () => (await queue.spooled()).length === files.length);
  });
});

describe("files do not come over REST", () => {
  it("onto a disk that has no room for them", async () => {
    await using full = await RoutedQueue.open({ queue: { MinFreeMB: 1_000_000_000 } });
    const { file } = madeInstance(explicit, large);
    const client = request(`${full.host.url}/instances`, { method: "POST" });
    client.on("error", () => {});
    // Nothing of it need have come.
    client.write(file.subarray(0, 10));
    const [response] = await once(client, "response");
    client.destroy();
    assert.equal(response.statusCode, 507);
    assert.deepEqual(await full.spooled(), []);
  });
});
