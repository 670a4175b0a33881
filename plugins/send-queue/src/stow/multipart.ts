import { DataSetCut } from "../dicom/data-blocks.ts";
import { dataSetInMemory, type DataSet } from "../dicom/data-set.ts";

/** Bytes that are read and written at once. */
const blockSize = 262_144;

/** A body of several files, PS3.18 8.6.1.2: multipart/related of application/dicom. */
export interface Multipart {
  readonly contentType: string;
  /** In bytes. */
  readonly length: number;
  /**
   * The body, block by block; each block is the caller's. @throws {PartUnreadable}
   */
  readonly blocks: () => AsyncGenerator<Buffer, void, void>;
}

/** One of the files could not be read; `index` says which. */
export class PartUnreadable extends Error {
  override readonly name = "PartUnreadable";
  readonly index: number;

  constructor(index: number, cause: unknown) {
    super("A part of the body could not be read.", { cause });
    this.index = index;
  }
}

/** `boundary`: of letters and digits, and in none of the files: a random one. */
export function multipartOf(files: readonly DataSet[], boundary: string): Multipart {
  const end = Buffer.from(`\r\n--${boundary}--\r\n`, "latin1");
  const segments = files.flatMap((file, index): Segment[] => [
    { index, data: dataSetInMemory(headOf(file, boundary, index === 0)) },
    { index, data: file },
  ]);
  segments.push({ index: files.length, data: dataSetInMemory(end) });
  const length = segments.reduce((sum, { data }) => sum + data.size, 0);
  return {
    contentType: `multipart/related; type="application/dicom"; boundary=${boundary}`,
    length,
    blocks: () => blocksOf(segments, Math.min(blockSize, length)),
  };
}

/** What stands in a row in the body. */
interface Segment {
  /** Of the file that it belongs to. */
  readonly index: number;
  readonly data: DataSet;
}

function headOf({ size }: DataSet, boundary: string, isFirst: boolean): Buffer {
  const lines = [
    `${isFirst ? "" : "\r\n"}--${boundary}`,
    "Content-Type: application/dicom",
    `Content-Length: ${size}`,
    "\r\n",
  ];
  return Buffer.from(lines.join("\r\n"), "latin1");
}

/** Small files share a block, so that each write has something to carry. */
async function* blocksOf(
  segments: readonly Segment[],
  size: number,
): AsyncGenerator<Buffer, void, void> {
  let block = Buffer.allocUnsafe(size);
  let used = 0;
  for (const { index, data } of segments) {
    for (let at = 0; at < data.size;) {
      const count = await readInto(block.subarray(used), { index, data }, at);
      at += count;
      used += count;
      if (used < size) continue;
      yield block;
      // The one before may be on its way still.
      block = Buffer.allocUnsafe(size);
      used = 0;
    }
  }
  if (used > 0) yield block.subarray(0, used);
}

async function readInto(room: Buffer, { index, data }: Segment, at: number): Promise<number> {
  const view = room.subarray(0, Math.min(room.length, data.size - at));
  let count = 0;
  try {
    count = await data.read([view], at);
  } catch (error) {
    throw new PartUnreadable(index, error);
  }
  if (count > 0) return count;
  throw new PartUnreadable(index, new DataSetCut(`The file ends at ${at}, not at ${data.size}.`));
}
