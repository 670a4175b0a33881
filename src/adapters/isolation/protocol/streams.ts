import type { FarBytes } from "./calls.ts";

/** Most bytes that cross in one message. */
export const frameBytes = 65_536;

interface Source {
  readonly iterator: AsyncIterator<Uint8Array>;
  /** What was taken out of it and has not crossed yet. */
  rest: Uint8Array;
}

/** Bytes that the other side takes frame by frame: no more is read than it has asked for. */
export class Streams {
  readonly #sources = new Map<number, Source>();
  #last = 0;

  /** As they are if they fit into one frame, else as a stream. */
  bytes(bytes: Uint8Array): FarBytes {
    if (bytes.byteLength > frameBytes) return { stream: this.offer(once(bytes)) };
    return new Uint8Array(bytes);
  }

  /** The number under which the other side takes it. */
  offer(source: AsyncIterable<Uint8Array>): number {
    const number = (this.#last += 1);
    const iterator = source[Symbol.asyncIterator]();
    this.#sources.set(number, { iterator, rest: new Uint8Array(0) });
    return number;
  }

  /** The next frame; null: there is no more. Rejects with what the source throws. */
  async pull(number: number): Promise<Uint8Array | null> {
    const source = this.#sources.get(number);
    if (source === undefined) return null;
    try {
      while (source.rest.byteLength === 0) {
        const next = await source.iterator.next();
        if (next.done === true) {
          this.#sources.delete(number);
          return null;
        }
        source.rest = bytesOf(next.value);
      }
    } catch (error) {
      this.#sources.delete(number);
      throw error;
    }
    // A copy: of a part, all that is behind it would cross.
    const frame = new Uint8Array(source.rest.subarray(0, frameBytes));
    source.rest = source.rest.subarray(frameBytes);
    return frame;
  }

  /** Nobody takes more; the source hears of it, even while it waits for its next bytes. */
  async drop(number: number): Promise<void> {
    const source = this.#sources.get(number);
    this.#sources.delete(number);
    await source?.iterator.return?.();
  }
}

/** How the other side's streams are taken. */
export interface Taking {
  pull(stream: number): Promise<Uint8Array | null>;
  drop(stream: number): void;
}

/** A stream of the other side. No generator: one that waits for its next chunk could not be stopped. */
export function streamOf(stream: number, taking: Taking): AsyncIterable<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      const value = await taking.pull(stream);
      return value === null ? { done: true, value: undefined } : { done: false, value };
    },
    async return() {
      taking.drop(stream);
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** All bytes at once. */
export async function wholeOf(bytes: FarBytes, taking: Taking): Promise<Uint8Array> {
  if (bytes instanceof Uint8Array) return bytes;
  const frames: Uint8Array[] = [];
  for await (const frame of streamOf(bytes.stream, taking)) frames.push(frame);
  return Buffer.concat(frames);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError("the handler streamed something that is not a Uint8Array");
}
