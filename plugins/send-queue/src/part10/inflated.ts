import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createInflateRaw, type InflateRaw } from "node:zlib";
import { ByteWindow } from "./byte-window.ts";

/** So much of the file is read at once, in bytes. */
const chunkSize = 65_536;

/** A deflated data set that becomes longer is not looked into, in bytes. */
const maxInflated = 268_435_456;

/**
 * What stands deflated in a file from `start` on, as it is when it is not: read twice, once for its length, and
 * never held. A small file may become a large one, and whoever looks at it must not keep all others waiting.
 * Null: it cannot be inflated, or is too long. Whoever looks goes forward only, and closes it; the file stays open.
 * @throws what reading throws
 */
export async function inflatedFrom(file: FileHandle, start: number): Promise<Inflated | null> {
  const size = await sizeFrom(file, start);
  return size === null ? null : new Inflated(inflating(file, start), size);
}

async function sizeFrom(file: FileHandle, start: number): Promise<number | null> {
  let size = 0;
  try {
    for await (const chunk of inflating(file, start) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxInflated) return null;
    }
    return size;
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

/** Of zlib's own codes. */
const isDamage = (error: unknown): boolean =>
  error instanceof Error && "code" in error && String(error.code).startsWith("Z_");

function inflating(file: FileHandle, start: number): InflateRaw {
  // What goes wrong in it is thrown where it is read.
  return pipeline(chunksOf(file, start), createInflateRaw(), () => {});
}

/** Read by hand: a stream of the file closes it, whatever it is told, if it is given up. */
async function* chunksOf(file: FileHandle, start: number): AsyncGenerator<Buffer, void, void> {
  for (let at = start; ;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkSize), 0, chunkSize, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** A data set that comes out of its file bit by bit. */
class Inflated {
  readonly bytes: ByteWindow;
  readonly #stream: InflateRaw;
  readonly #chunks: AsyncIterator<Buffer>;
  /** What has come out last, and where it begins. */
  #last: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(stream: InflateRaw, size: number) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.bytes = new ByteWindow(size, (at, wanted) => this.#fetch(at, wanted));
  }

  close(): void {
    this.#stream.destroy();
  }

  async #fetch(at: number, wanted: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = wanted; left > 0;) {
      const from = at + wanted - left - this.#at;
      if (from < this.#last.length) {
        const part = this.#last.subarray(from, from + left);
        parts.push(part);
        left -= part.length;
      } else if (!(await this.#next())) break;
    }
    return Buffer.concat(parts);
  }

  /** False: that was all. */
  async #next(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    this.#at += this.#last.length;
    this.#last = value;
    return true;
  }
}
