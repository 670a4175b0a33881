import { deserialize, serialize } from "node:v8";
import { JobEngineError } from "../../../core/errors.ts";

/** Bytes of the length before each frame. */
const headBytes = 4;

/** Largest frame, without its length: content, user data and error of a job fit many times over. */
const maxFrameBytes = 16_777_216;

/** A value as a frame: its length, then what `v8.deserialize` reads. @throws {JobEngineError} TOO_LARGE */
export function frameOf(value: unknown): Buffer {
  const body = serialize(value);
  checkSize(body.byteLength);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(body.byteLength);
  return Buffer.concat([head, body]);
}

/** The value of a frame, with bytes of its own: what is kept of it must not keep what came with it. */
export function readFrame(frame: Buffer): unknown {
  return deserialize(new Uint8Array(frame));
}

/** Puts frames together again, however they were cut on their way; each byte is copied once. */
export class Frames {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** The frames that are complete now. @throws {JobEngineError} TOO_LARGE: there are none any more */
  take(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    const frames: Buffer[] = [];
    for (let end = this.#nextEnd(); end !== null && end <= this.#bytes; end = this.#nextEnd()) {
      const all = this.#joined(end);
      frames.push(all.subarray(headBytes, end));
      this.#chunks = [all.subarray(end)];
      this.#bytes = all.byteLength - end;
    }
    return frames;
  }

  /** Where the first frame ends; null: that has not come yet. */
  #nextEnd(): number | null {
    if (this.#bytes < headBytes) return null;
    const size = this.#joined(headBytes).readUInt32LE();
    checkSize(size);
    return headBytes + size;
  }

  /** A first chunk of at least so many bytes. */
  #joined(atLeast: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.byteLength >= atLeast) return first;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}

function checkSize(bytes: number): void {
  if (bytes <= maxFrameBytes) return;
  const detail = `a message of ${bytes} bytes; at most ${maxFrameBytes} can cross`;
  throw new JobEngineError("TOO_LARGE", detail);
}
