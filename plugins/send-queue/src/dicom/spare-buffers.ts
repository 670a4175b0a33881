/** One is being sent while the other is filled. */
const most = 2;

/** Bytes of the smallest: that most instances fit into. */
const least = 65_536;

/** Some buffers, until its end. */
export interface Loan {
  readonly take: (size: number) => Buffer;
  readonly end: () => void;
}

/** Buffers that are used again: to get new ones for each instance takes longer than to fill them. */
export class SpareBuffers {
  readonly #spare: ArrayBufferLike[] = [];

  /** At least so many bytes; what stands in them is of no meaning. */
  take(size: number): Buffer {
    const found = this.#spare.findIndex(({ byteLength }) => byteLength >= size);
    const [spare] = found === -1 ? [] : this.#spare.splice(found, 1);
    return spare === undefined ? Buffer.allocUnsafeSlow(roomFor(size)) : Buffer.from(spare);
  }

  /** For several: all that `take` gave is given back at the end. Without an end they are nobody's. */
  lend(): Loan {
    const lent: Buffer[] = [];
    const take = (size: number): Buffer => {
      const buffer = this.take(size);
      lent.push(buffer);
      return buffer;
    };
    const end = (): void => {
      for (const buffer of lent) this.giveBack(buffer);
    };
    return { take, end };
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
