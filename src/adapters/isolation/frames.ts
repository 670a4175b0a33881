import { serialize } from "node:v8";

/** Bytes of the length before each frame. */
const headBytes = 4;

/** A value as a frame: its length, then what `v8.deserialize` reads. */
export function frameOf(value: unknown): Buffer {
  const body = serialize(value);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(body.byteLength);
  return Buffer.concat([head, body]);
}

/** Puts frames together again, however they were cut on their way. */
export class Frames {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are complete now. */
  take(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    while (this.#rest.byteLength >= headBytes) {
      const end = headBytes + this.#rest.readUInt32LE();
      if (this.#rest.byteLength < end) break;
      frames.push(this.#rest.subarray(headBytes, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}
