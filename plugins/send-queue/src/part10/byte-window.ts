import type { FileHandle } from "node:fs/promises";

/** Bytes that are fetched at once, unless more is asked for. */
const windowSize = 65_536;

/** Fetches bytes from `at` on: `wanted`, or as many as there are before the end. */
export type Fetch = (at: number, wanted: number) => Promise<Buffer>;

/** Bytes that stand elsewhere, of which a window is at hand. */
export class ByteWindow {
  readonly size: number;
  readonly #fetch: Fetch;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  /** `fetch`: is asked from ever higher places on if whoever looks goes forward only. */
  constructor(size: number, fetch: Fetch) {
    this.size = size;
    this.#fetch = fetch;
  }

  /** The handle stays the caller's. */
  static async ofFile(file: FileHandle): Promise<ByteWindow> {
    const { size } = await file.stat();
    return new ByteWindow(size, (at, wanted) => readAt(file, at, wanted));
  }

  /** Whether these bytes exist and are at hand; if they only exist, `load` fetches them. */
  has(at: number, length: number): boolean {
    return at >= this.#start && at + length <= this.#start + this.#bytes.length;
  }

  /** Fetches a window from `at` on. False: there are not so many bytes. */
  async load(at: number, length: number): Promise<boolean> {
    if (at + length > this.size) return false;
    if (this.has(at, length)) return true;
    this.#bytes = await this.#fetch(at, Math.min(this.size - at, Math.max(windowSize, length)));
    this.#start = at;
    return this.#bytes.length >= length;
  }

  /** REQUIRES has(at, length). Valid until the next `load`. */
  view(at: number, length: number): Buffer {
    return this.#bytes.subarray(at - this.#start, at - this.#start + length);
  }
}

async function readAt(file: FileHandle, at: number, wanted: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(wanted);
  let got = 0;
  while (got < wanted) {
    const { bytesRead } = await file.read(bytes, got, wanted - got, at + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return bytes.subarray(0, got);
}
