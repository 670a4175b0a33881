import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

/** What came packed cannot be unpacked, or becomes too much: in a sentence without anything of it. */
export class PackedBroken extends Error {
  override readonly name = "PackedBroken";
}

/** So much may come out of anything, in bytes; beyond that not more than so many times what went in. */
const alwaysAllowed = 268_435_456;
const mostTimes = 200;

/** Watches how much comes out of how little: images are rarely a tenth of themselves, a bomb is a thousandth. */
export class Growth {
  #packed = 0;
  #unpacked = 0;

  packed(bytes: number): void {
    this.#packed += bytes;
  }

  /** @throws {PackedBroken} it is too much by now */
  unpacked(bytes: number): void {
    this.#unpacked += bytes;
    if (this.#unpacked <= Math.max(alwaysAllowed, mostTimes * this.#packed)) return;
    throw new PackedBroken(
      `What came becomes more than ${mostTimes} times as large: that is no set of images.`,
    );
  }
}

/** What a body is when nothing of it is packed any more. @throws {PackedBroken}, also while it is read */
export function unpackedBody(
  body: AsyncIterable<Uint8Array>,
  contentEncoding: string,
): AsyncIterable<Uint8Array> {
  switch (contentEncoding.trim().toLowerCase()) {
    case "":
    case "identity":
      return body;
    case "gzip":
    case "x-gzip":
      return gunzipped(body);
    default:
      throw new PackedBroken("The body has a content encoding that is not understood; gzip is.");
  }
}

async function* gunzipped(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, void> {
  const growth = new Growth();
  const gunzip = createGunzip();
  const counted = async function* (): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of body) {
      growth.packed(chunk.length);
      yield chunk;
    }
  };
  // What goes wrong in it is thrown where its end is read.
  pipeline(counted(), gunzip).catch(() => {});
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      growth.unpacked(chunk.length);
      yield chunk;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new PackedBroken("The body is not packed as it says, or is cut off.", { cause: error });
  }
}

/** Of zlib's own codes. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
