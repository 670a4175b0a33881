import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from "yauzl";
import { ArchiveReader } from "./archive-reader.ts";
import { Growth, isDamage, PackedBroken } from "./packed.ts";

/** More files than any study has, and than are held in memory at a time. */
const mostFiles = 50_000;

/** Of the first file of an archive, or of the end of an empty one. */
const signatures: ReadonlySet<number> = new Set([0x0403_4b50, 0x0605_4b50]);

/** The file is its owner's; names are not looked at. */
const options = { autoClose: false, decodeStrings: false };

/** Whether a file begins as a ZIP archive does. */
export async function isZip(file: FileHandle): Promise<boolean> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return bytesRead === 4 && signatures.has(buffer.readUInt32LE());
}

/**
 * The files of a ZIP archive of `size` bytes that stands in `file`, one after the other, each to be read to its
 * end before the next; what is empty is left out. Their names are not looked at.
 * @throws {PackedBroken}, also while a file is read; what reading `file` throws
 */
export async function* filesOf(
  file: FileHandle,
  size: number,
): AsyncGenerator<AsyncIterable<Buffer>, void, void> {
  const growth = new Growth();
  growth.packed(size);
  let count = 0;
  try {
    const reader = new ArchiveReader(file, size);
    const archive = await fromRandomAccessReaderPromise(reader, size, options);
    for await (const entry of archive.eachEntry()) {
      if (isEmpty(entry)) continue;
      count += 1;
      if (count > mostFiles)
        throw new PackedBroken(`The archive has more than ${mostFiles} files.`);
      yield contentOf(archive, entry, growth);
    }
  } catch (error) {
    throw asBroken(error);
  }
}

/** A folder, or a file without a byte; packed, that is two. */
const isEmpty = ({ uncompressedSize, compressedSize }: Entry): boolean =>
  uncompressedSize === 0 && compressedSize <= 2;

async function* contentOf(
  archive: ZipFile,
  entry: Entry,
  growth: Growth,
): AsyncGenerator<Buffer, void, void> {
  let sum = 0;
  try {
    if (!entry.canDecodeFileData()) {
      throw new PackedBroken("The archive is encrypted, or packed as nobody here knows.");
    }
    const stream: Readable = await archive.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      growth.unpacked(chunk.length);
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw asBroken(error);
  }
  if (sum !== entry.crc32) throw new PackedBroken("A file of the archive is damaged.");
}

/** What the system says has a code of its own. What the reader of archives says may name a file. */
function asBroken(error: unknown): unknown {
  const isOurs = error instanceof PackedBroken;
  const isSystems = error instanceof Error && "code" in error && !isDamage(error);
  if (isOurs || isSystems) return error;
  return new PackedBroken("The archive is damaged, or cut off.", { cause: error });
}
