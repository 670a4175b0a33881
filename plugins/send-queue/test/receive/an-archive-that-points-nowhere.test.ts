import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { explicit, madeInstance } from "../support/made-instance.ts";
import { RoutedQueue, until, type Answer } from "../support/routed-queue.ts";
import { end64Of, zipOf } from "../support/zip.ts";

/** No number of JavaScript's, and no place in a file. */
const nowhere = 2n ** 63n;

const image = { name: "a.dcm", data: madeInstance(explicit, 5_000).file };

describe("an archive that points past its end", () => {
  let queue: RoutedQueue;
  before(async () => {
    queue = await RoutedQueue.open({});
  });
  after(() => queue[Symbol.asyncDispose]());

  const post = (body: Uint8Array): Promise<[number, Answer]> =>
    queue.call("POST", "/instances", body);

  for (const [what, zip] of Object.entries({
    "of its directory's end": Buffer.concat([
      zipOf(image).subarray(0, 4),
      end64Of({ record: nowhere }),
    ]),
    "of its directory": Buffer.concat([
      zipOf(image).subarray(0, 4),
      end64Of({ directory: nowhere, record: 4n }),
    ]),
    "of a directory just past it": Buffer.concat([
      zipOf(image).subarray(0, 4),
      end64Of({ directory: 102n, record: 4n }),
    ]),
    "of a file": zipOf({ ...image, offset64: nowhere }),
  })) {
    it(`is refused, and nobody else is: the place ${what}`, async () => {
      const files = await queue.spooled();
      const [status, answer] = await post(zip);
      assert.deepEqual([status, answer["HttpError"]], [400, "Bad Request"]);
      await until("nothing is left", async () => (await queue.spooled()).length === files.length);
      assert.equal((await post(madeInstance().file))[0], 200);
    });
  }

  it("unlike one that has all it says, with numbers of eight bytes", async () => {
    const [status] = await post(zipOf({ ...image, offset64: 0n }));
    assert.equal(status, 200);
  });
});
