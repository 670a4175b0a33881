import type { FileHandle } from "node:fs/promises";

/** Bytes that are read at once, unless more is asked for. */
const windowSize = 65_536;

/** Bytes of a file or of memory, of which a window is at hand. */
export class ByteWindow {
  readonly size: number;
  readonly #file: FileHandle | null;
  #bytes: Buffer;
  #start = 0;

  private constructor(size: number, file: FileHandle | null, bytes: Buffer) {
    this.size = size;
    this.#file = file;
    this.#bytes = bytes;
  }

  /** The handle stays the caller's. */
  static async ofFile(file: FileHandle): Promise<ByteWindow> {
    const { size } = await file.stat();
    return new ByteWindow(size, file, Buffer.alloc(0));
  }

  static ofMemory(bytes: Buffer): ByteWindow {
    return new ByteWindow(bytes.length, null, bytes);
  }

  /** Whether these bytes exist and are at hand; if they only exist, `load` fetches them. */
  has(at: number, length: number): boolean {
    return at >= this.#start && at + length <= this.#start + this.#bytes.length;
  }

  /** Fetches a window from `at` on. False: there are not so many bytes. */
  async load(at: number, length: number): Promise<boolean> {
    if (at + length > this.size) return false;
    if (this.#file === null || this.has(at, length)) return true;
    const wanted = Math.min(this.size - at, Math.max(windowSize, length));
    const bytes = Buffer.allocUnsafe(wanted);
    let got = 0;
    while (got < wanted) {
      const { bytesRead } = await this.#file.read(bytes, got, wanted - got, at + got);
      if (bytesRead === 0) break;
      got += bytesRead;
    }
    this.#bytes = bytes.subarray(0, got);
    this.#start = at;
    return got >= length;
  }

  /** REQUIRES has(at, length). Valid until the next `load`. */
  view(at: number, length: number): Buffer {
    return this.#bytes.subarray(at - this.#start, at - this.#start + length);
  }
}
