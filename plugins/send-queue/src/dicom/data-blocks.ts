import type { DataSet } from "./data-set.ts";
import { dataValueHeaderSize, pduHeaderSize, pduType } from "./pdu.ts";

/** Bytes that are read and written at once: fewer calls of the system do not get any faster. */
const blockSize = 524_288;

/** Longest data unit that we send, whatever the peer takes; bytes. */
const maxSentLength = 131_072;

/** Of a unit with one value in it: what stands before the bytes of a message. */
export const headSize: number = pduHeaderSize + dataValueHeaderSize;

/** How many bytes of a message fit into one data unit of a peer that takes `maxPduLength` (0: any). */
export function fragmentSize(maxPduLength: number): number {
  const length = maxPduLength === 0 ? maxSentLength : Math.min(maxPduLength, maxSentLength);
  // Of even length, as every value is; peers differ on whether the unit's head counts.
  return Math.max(2, (length - headSize) & ~1);
}

/** Data units with the bytes of a short message in them: a command, or a data set in memory. */
export function framesOf(bytes: Buffer, context: FrameContext): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += context.fragment) {
    const piece = bytes.subarray(at, at + context.fragment);
    const frame = Buffer.allocUnsafe(headSize + piece.length);
    const isLast = at + context.fragment >= bytes.length;
    writeHead(frame, { ...context, size: piece.length, isLast });
    piece.copy(frame, headSize);
    frames.push(frame);
  }
  return Buffer.concat(frames);
}

export interface FrameContext {
  readonly contextId: number;
  readonly isCommand: boolean;
  /** Bytes of the message in one unit, as `fragmentSize` says. */
  readonly fragment: number;
}

/** The data set was shorter than its size when it was read: somebody has cut it. */
export class DataSetCut extends Error {
  override readonly name = "DataSetCut";
}

/**
 * A data set as units, block by block, read straight into the gaps between their heads. A block is
 * overwritten when the second one after it is asked for: it must have been written by then. `room`: gives
 * buffers of at least so many bytes. @throws {DataSetCut}; what reading throws
 */
export async function* dataBlocks(
  data: DataSet,
  { contextId, fragment }: { readonly contextId: number; readonly fragment: number },
  room: (size: number) => Buffer = (size) => Buffer.allocUnsafe(size),
): AsyncGenerator<Buffer, void, void> {
  const unit = headSize + fragment;
  const perBlock = Math.max(1, Math.floor(blockSize / unit));
  // Most instances are small: they get no more than they need.
  const units = Math.min(perBlock, Math.max(1, Math.ceil(data.size / fragment)));
  const isOne = data.size <= units * fragment;
  const size = isOne ? units * headSize + data.size : units * unit;
  const buffers = [room(size).subarray(0, size)];
  if (!isOne) buffers.push(room(size).subarray(0, size));
  let position = 0;
  for (let turn = 0; position < data.size || turn === 0; turn += 1) {
    const buffer = buffers[turn % buffers.length] ?? Buffer.alloc(0);
    const { length, views } = layOut(buffer, { contextId, fragment, left: data.size - position });
    await fill(data, views, position);
    position += views.reduce((sum, view) => sum + view.length, 0);
    yield buffer.subarray(0, length);
  }
}

/** Of what is sent slowly; bytes. */
const pieceSize = 65_536;

/**
 * The same blocks in small pieces, so that the peer is never left for long; `hold` is awaited before each.
 * @throws what `hold` throws
 */
export async function* paced(
  blocks: AsyncIterable<Buffer>,
  hold: (bytes: number) => Promise<void>,
): AsyncGenerator<Buffer, void, void> {
  for await (const block of blocks) {
    for (let at = 0; at < block.length; at += pieceSize) {
      const piece = block.subarray(at, at + pieceSize);
      await hold(piece.length);
      yield piece;
    }
  }
}

/** Writes the heads of a block; `views` are the gaps for the bytes. */
export function layOut(
  buffer: Buffer,
  { contextId, fragment, left }: { contextId: number; fragment: number; left: number },
): { readonly length: number; readonly views: readonly Buffer[] } {
  const views: Buffer[] = [];
  let length = 0;
  let rest = left;
  do {
    const size = Math.min(fragment, rest);
    rest -= size;
    const frame = buffer.subarray(length, length + headSize + size);
    writeHead(frame, { contextId, isCommand: false, size, isLast: rest === 0 });
    views.push(frame.subarray(headSize));
    length += frame.length;
  } while (rest > 0 && length + headSize + Math.min(fragment, rest) <= buffer.length);
  return { length, views };
}

async function fill(data: DataSet, views: readonly Buffer[], position: number): Promise<void> {
  let missing = views.filter((view) => view.length > 0);
  let at = position;
  while (missing.length > 0) {
    const count = await data.read(missing, at);
    if (count <= 0) throw new DataSetCut(`The data set ends at ${at}, not at ${data.size}.`);
    at += count;
    missing = without(missing, count);
  }
}

/** What is left of `views` after their first `count` bytes. */
function without(views: readonly Buffer[], count: number): Buffer[] {
  const left: Buffer[] = [];
  let skip = count;
  for (const view of views) {
    if (skip < view.length) left.push(view.subarray(skip));
    skip = Math.max(0, skip - view.length);
  }
  return left;
}

interface FrameHead {
  readonly contextId: number;
  readonly isCommand: boolean;
  readonly isLast: boolean;
  /** Bytes of the message in this unit. */
  readonly size: number;
}

export function writeHead(frame: Buffer, { contextId, isCommand, isLast, size }: FrameHead): void {
  frame.writeUInt8(pduType.data, 0);
  frame.writeUInt8(0, 1);
  frame.writeUInt32BE(size + dataValueHeaderSize, 2);
  frame.writeUInt32BE(size + 2, pduHeaderSize);
  frame.writeUInt8(contextId, pduHeaderSize + 4);
  frame.writeUInt8((isCommand ? 1 : 0) | (isLast ? 2 : 0), pduHeaderSize + 5);
}
