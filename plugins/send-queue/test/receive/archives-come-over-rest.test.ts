import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { mediaDirectory } from "../../src/dicom/uids.ts";
import { explicit, madeInstance } from "../support/made-instance.ts";
import { RoutedQueue, until, type Answer } from "../support/routed-queue.ts";
import { zipOf, type Zipped } from "../support/zip.ts";

const image = (name: string, size = 5_000): Zipped => ({
  name,
  data: madeInstance(explicit, size).file,
});

/** It is made before there is a connection, which would be too old after it. */
const bomb = zipOf(image("a"), { name: "b", data: Buffer.alloc(280_000_000) });

describe("archives come over REST", () => {
  let queue: RoutedQueue;
  before(async () => {
    queue = await RoutedQueue.open({});
  });
  after(() => queue[Symbol.asyncDispose]());

  const post = async (zip: Uint8Array, headers: Record<string, string> = {}): Promise<Posted> => {
    const body = new Uint8Array(zip);
    const answer = await fetch(`${queue.host.url}/instances`, { method: "POST", headers, body });
    const told = (await answer.json()) as Answer | readonly Answer[];
    return Array.isArray(told) ? [answer.status, told] : [answer.status, [told as Answer]];
  };
  type Posted = [number, readonly Answer[]];
  const statuses = ([, told]: Posted): readonly unknown[] => told.map(({ Status: one }) => one);

  it("each file of them is told of, and is what it was", async () => {
    const files = [image("a.dcm"), { ...image("b/c", 2_000_000), isStored: true }, image("../d")];
    const posted = await post(zipOf(...files));
    assert.deepEqual([posted[0], statuses(posted)], [200, ["Success", "Success", "Success"]]);
    for (const [index, { data }] of files.entries()) {
      const [, again] = await queue.call("POST", "/instances", data);
      assert.deepEqual(again, { ...posted[1][index], Status: "AlreadyStored" });
    }
  });

  it("with gzip around them, and one file twice", async () => {
    const one = image("a");
    const posted = await post(gzipSync(zipOf(one, image("b"), { ...one, name: "c" })), {
      "Content-Encoding": "gzip",
    });
    assert.deepEqual(statuses(posted), ["Success", "Success", "AlreadyStored"]);
  });

  it("what stands beside the images is left out, as is their directory", async () => {
    const directory = madeInstance(explicit, 100, "2.25.77", mediaDirectory).file;
    const posted = await post(
      zipOf(
        { name: "disc/", data: Buffer.alloc(0), isStored: true },
        { name: "README", data: Buffer.from("Put this disc into a viewer.") },
        { name: "DICOMDIR", data: directory },
        { name: "empty", data: Buffer.alloc(0) },
        image("disc/1"),
      ),
    );
    assert.deepEqual([posted[0], statuses(posted)], [200, ["Success"]]);
  });

  it("written by another program, into a pipe", async (test) => {
    const folder = join(tmpdir(), `sq-zip-${process.pid}`);
    const paths = ["a", "b"].map((name) => `${folder}-${name}.dcm`);
    test.after(() => paths.forEach((path) => rmSync(path, { force: true })));
    for (const path of paths) writeFileSync(path, image("").data);
    // Through a pipe it cannot go back, and puts the sizes behind each file.
    const program = `import sys, zipfile
with zipfile.ZipFile(sys.stdout.buffer, "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sys.argv[1:]: archive.write(path)`;
    const made = spawnSync("python3", ["-c", program, ...paths], { maxBuffer: 1e8 });
    assert.equal(made.status, 0, String(made.stderr));
    assert.deepEqual(statuses(await post(made.stdout)), ["Success", "Success"]);
  });

  for (const [what, zip] of Object.entries({
    "one of them is cut off": () =>
      zipOf(image("a"), { name: "b", data: image("").data.subarray(0, -100) }),
    "a file is damaged": () => zipOf(image("a"), { ...image("b"), isDamaged: true }),
    "a file is encrypted": () => zipOf(image("a"), { ...image("b"), isEncrypted: true }),
    "its end is missing": () => zipOf(image("a"), image("b")).subarray(0, -30),
    "there is no image in it": () => zipOf({ name: "a", data: Buffer.from("no image") }),
    "it is empty": () => zipOf(),
    "much too much comes out of it": () => bomb,
  })) {
    it(`none of it, if ${what}`, async () => {
      const files = await queue.spooled();
      const [status, [answer]] = await post(zip());
      assert.deepEqual([status, answer?.["HttpError"]], [400, "Bad Request"]);
      await until("nothing is left", async () => (await queue.spooled()).length === files.length);
    });
  }
});
