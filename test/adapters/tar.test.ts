import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { filesOfTar, tarOf, tarSize, type TarFile } from "../../src/adapters/tar.ts";

const fileOf = (name: string, bytes: Buffer): TarFile => ({
  name,
  size: bytes.byteLength,
  read: () => pieces(bytes, 100),
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function whole(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

/** Names and lengths of what is in an archive that comes in pieces of this size. */
async function read(archive: Buffer, size: number): Promise<(readonly [string, number])[]> {
  const found: (readonly [string, number])[] = [];
  for await (const { name, bytes } of filesOfTar(pieces(archive, size))) {
    found.push([name, (await whole(bytes)).byteLength]);
  }
  return found;
}

const sizes = [0, 1, 511, 512, 513, 5_000];
const files = sizes.map((size) => fileOf(`a/file-${size}`, Buffer.alloc(size, size % 251)));
const expected = sizes.map((size) => [`a/file-${size}`, size] as const);

void describe("an archive", () => {
  void it("comes out as it went in, however it is cut, and has the size that was said", async () => {
    const archive = await whole(tarOf(files));
    assert.equal(archive.byteLength, tarSize(files));
    for (const size of [1, 512, 700, archive.byteLength]) {
      assert.deepEqual(await read(archive, size), expected);
    }
  });

  void it("is one that tar reads", async () => {
    const input = await whole(tarOf(files));
    const listed = execFileSync("tar", ["-tvf", "-"], { input, encoding: "utf8" });
    const found = listed
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/));
    assert.deepEqual(
      found.map((words) => [words.at(-1), Number(words[2])]),
      expected,
    );
  });

  void it("holds sizes that octal digits cannot say", async () => {
    const size = 0o77777777777 + 2;
    const endless = { name: "large", size, read: () => pieces(Buffer.alloc(0), 1) };
    const { value: head } = await tarOf([endless]).next();
    assert.ok(head !== undefined);
    const { value: file } = await filesOfTar(pieces(Buffer.from(head), 512)).next();
    assert.equal((file as { readonly size: number }).size, size);
  });

  void it("that was cut, or changed, or is none, is not taken for whole", async () => {
    const archive = await whole(tarOf(files));
    await assert.rejects(read(archive.subarray(0, -700), 512), /ends before its end/);
    const changed = Buffer.from(archive);
    changed[3] = 0x7a;
    await assert.rejects(read(changed, 512), /no archive/);
    await assert.rejects(read(Buffer.from("SQLite format 3".padEnd(600)), 512), /no archive/);
  });

  void it("is not ended as if it were whole if a file has another size", async () => {
    const wrong = { ...fileOf("wrong", Buffer.alloc(10)), size: 11 };
    await assert.rejects(whole(tarOf([wrong])), /10 bytes, not 11/);
  });
});
