/** One is being sent while the other is filled. */
const most = 2;

/** Bytes of the smallest: that most instances fit into. */
const least = 65_536;

/** Buffers that are used again: to get new ones for each instance takes longer than to fill them. */
export class SpareBuffers {
  readonly #spare: ArrayBufferLike[] = [];

  /** At least so many bytes; what stands in them is of no meaning. */
  take(size: number): Buffer {
    const found = this.#spare.findIndex(({ byteLength }) => byteLength >= size);
    const [spare] = found === -1 ? [] : this.#spare.splice(found, 1);
    return spare === undefined ? Buffer.allocUnsafeSlow(roomFor(size)) : Buffer.from(spare);
  }

  /** Nobody uses it any more, in whole or in part. */
  giveBack({ buffer }: Buffer): void {
    this.#spare.push(buffer);
    // The larger ones are of more use.
    if (this.#spare.length > most)
      this.#spare.sort((one, other) => other.byteLength - one.byteLength);
    this.#spare.length = Math.min(most, this.#spare.length);
  }
}

/** The next power of two: sizes differ by little. */
const roomFor = (size: number): number => Math.max(least, 2 ** Math.ceil(Math.log2(size)));
