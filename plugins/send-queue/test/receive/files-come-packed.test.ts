import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { explicit, madeInstance } from "../support/made-instance.ts";
import { RoutedQueue, until, type Answer } from "../support/routed-queue.ts";

describe("files come packed", () => {
  let queue: RoutedQueue;
  before(async () => {
    queue = await RoutedQueue.open({});
  });
  after(() => queue[Symbol.asyncDispose]());

  const post = async (
    body: Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = { "Content-Encoding": "gzip" },
  ): Promise<[number, Answer]> => {
    const url = `${queue.host.url}/instances`;
    const answer = await fetch(url, { method: "POST", headers, body });
    return [answer.status, (await answer.json()) as Answer];
  };

  it("with gzip, and are what they were", async () => {
    const { file } = madeInstance(explicit, 3_000_000);
    const [status, answer] = await post(gzipSync(file));
    assert.deepEqual([status, answer["Status"]], [200, "Success"]);
    // The same bytes as they are: they are there already.
    const [, again] = await queue.call("POST", "/instances", file);
    assert.deepEqual(again, { ...answer, Status: "AlreadyStored" });
  });

  it("also as a form", async () => {
    const files = [madeInstance().file, madeInstance().file];
    const head = '--x\r\nContent-Disposition: form-data; name="f"; filename="f.dcm"\r\n\r\n';
    const parts = files.flatMap((file) => [Buffer.from(head), file, Buffer.from("\r\n")]);
    const form = gzipSync(Buffer.concat([...parts, Buffer.from("--x--\r\n")]));
    const type = "multipart/form-data; boundary=x";
    const [status, answers] = await post(form, {
      "Content-Encoding": "gzip",
      "Content-Type": type,
    });
    assert.deepEqual([status, (answers as unknown as Answer[]).length], [200, 2]);
  });

  it("or not at all: cut off, something else, or packed as nobody here knows", async () => {
    const files = await queue.spooled();
    const packed = gzipSync(madeInstance(explicit, 100_000).file);
    for (const [body, encoding] of [
      [packed.subarray(0, -20), "gzip"],
      [madeInstance().file, "gzip"],
      [packed, "br"],
      [gzipSync("no image"), "gzip"],
    ] as const) {
      const [status, answer] = await post(new Uint8Array(body), { "Content-Encoding": encoding });
      assert.deepEqual([status, answer["HttpError"]], [400, "Bad Request"]);
    }
    await until("nothing is left", async () => (await queue.spooled()).length === files.length);
  });

  it("and not if much too much comes out of them", async () => {
    const files = await queue.spooled();
    const bomb = gzipSync(Buffer.alloc(300_000_000), { level: 9 });
    assert.ok(bomb.length < 400_000);
    const [status, answer] = await post(bomb);
    assert.equal(status, 400);
    assert.match(String(answer["Details"]), /more than 200 times/);
    await until("nothing is left", async () => (await queue.spooled()).length === files.length);
  });
});
