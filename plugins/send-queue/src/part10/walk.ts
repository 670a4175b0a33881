import type { ByteWindow } from "./byte-window.ts";

/** How the elements of a data set are written. */
export interface Encoding {
  readonly isExplicit: boolean;
  readonly isBigEndian: boolean;
}

/** An element at the top of a data set. */
export interface Element {
  /** Group and element as one number: 0x00100020. */
  readonly tag: number;
  /** Two letters; "??" where they are not written. */
  readonly vr: string;
  /** Where its value begins. */
  readonly at: number;
  /** Of the value in bytes; null: it ends with a delimiter. */
  readonly length: number | null;
}

/** Where the walk came to. */
export type Walked =
  /** To the end, or to where the visitor had seen enough. */
  | { readonly kind: "sound" }
  /** Something stands there that can be sent but not walked over. */
  | { readonly kind: "unknown"; readonly at: number; readonly why: string }
  /** An element goes beyond the end. */
  | { readonly kind: "cut"; readonly at: number; readonly why: string };

/** Answers true to end the walk. */
export type Visit = (element: Element) => boolean | Promise<boolean>;

/** Deeper sequences are not those of an image. */
const maxDepth = 64;

/** Tag, representation and length, in bytes; of most elements it is 8. */
const longestHead = 12;

const undefinedLength = 0xffff_ffff;
const item = 0xfffe_e000;
const itemEnd = 0xfffe_e00d;
const sequenceEnd = 0xfffe_e0dd;

/** Values of these have a length of four bytes in explicit encodings, PS3.5 7.1.2. */
const longVrs: ReadonlySet<string> = new Set("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(" "));

const shortVrs: ReadonlySet<string> = new Set(
  "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split(" "),
);

/**
 * Walks over the elements of a data set by their lengths; no value is looked at. What is cut off is
 * found wherever it is cut.
 */
export async function walk(
  bytes: ByteWindow,
  start: number,
  encoding: Encoding,
  visit: Visit,
): Promise<Walked> {
  try {
    await new Walk(bytes, encoding).elements(start, 0, visit);
    return { kind: "sound" };
  } catch (error) {
    if (error instanceof Stop) return error.walked;
    throw error;
  }
}

/** Ends a walk from any depth. */
class Stop extends Error {
  readonly walked: Walked;
  constructor(walked: Walked) {
    super(walked.kind);
    this.walked = walked;
  }
}

class Walk {
  readonly #bytes: ByteWindow;
  readonly #encoding: Encoding;

  constructor(bytes: ByteWindow, encoding: Encoding) {
    this.#bytes = bytes;
    this.#encoding = encoding;
  }

  /** Elements until the end of the bytes, or of their item. Answers where they end. */
  async elements(start: number, depth: number, visit: Visit): Promise<number> {
    const isItem = depth > 0;
    let at = start;
    for (;;) {
      if (!isItem && at >= this.#bytes.size) return at;
      // Millions of short ones are walked over in no time if nothing is awaited for each.
      const element = this.#elementAtHand(at) ?? (await this.#element(at));
      if (element.tag === itemEnd && isItem) return element.at;
      const seen = visit(element);
      if (seen !== false) await stopIf(seen);
      at = element.length === null ? await this.#open(element, depth) : this.#skip(element, at);
    }
  }

  #skip({ at, length }: Element, began: number): number {
    const end = at + (length ?? 0);
    if (end > this.#bytes.size) throw cut(began, `a value of ${length ?? 0} bytes`);
    return end;
  }

  /** Something that ends with a delimiter: a sequence, or the fragments of pixels. */
  async #open({ tag, vr, at }: Element, depth: number): Promise<number> {
    if (depth >= maxDepth) throw unknown(at, "sequences within sequences");
    const areFragments = tag === 0x7fe0_0010 || vr === "OB" || vr === "OW";
    // PS3.5 6.2.2: what is in UN is written in implicit little endian.
    const inner =
      vr === "UN" ? new Walk(this.#bytes, { isExplicit: false, isBigEndian: false }) : this;
    return areFragments ? this.#fragments(at) : inner.#items(at, depth);
  }

  async #fragments(start: number): Promise<number> {
    let at = start;
    for (;;) {
      const { tag, length } = await this.#delimiter(at);
      if (tag === sequenceEnd) return at + 8;
      if (tag !== item || length === undefinedLength) throw unknown(at, "no fragment of pixels");
      at = this.#skip({ tag, vr: "??", at: at + 8, length }, at);
    }
  }

  async #items(start: number, depth: number): Promise<number> {
    let at = start;
    for (;;) {
      const { tag, length } = await this.#delimiter(at);
      if (tag === sequenceEnd) return at + 8;
      if (tag !== item) throw unknown(at, "no item of a sequence");
      at =
        length === undefinedLength
          ? await this.elements(at + 8, depth + 1, unseen)
          : this.#skip({ tag, vr: "??", at: at + 8, length }, at);
    }
  }

  async #delimiter(at: number): Promise<{ readonly tag: number; readonly length: number }> {
    const head = await this.#view(at, 8);
    return { tag: this.#tag(head), length: this.#uint32(head, 4) };
  }

  /** Null: its head is not at hand. */
  #elementAtHand(at: number): Element | null {
    return this.#bytes.has(at, longestHead) ? this.#elementIn(at) : null;
  }

  async #element(at: number): Promise<Element> {
    const head = await this.#view(at, 8);
    const isLong = this.#encoding.isExplicit && longVrs.has(head.toString("latin1", 4, 6));
    if (isLong && !(await this.#bytes.load(at, longestHead))) {
      throw cut(at + 8, "the head of an element");
    }
    return this.#elementIn(at);
  }

  /** REQUIRES its head at hand. */
  #elementIn(at: number): Element {
    const head = this.#bytes.view(at, 8);
    const tag = this.#tag(head);
    if (!this.#encoding.isExplicit || tag >>> 16 === 0xfffe) {
      return this.#sized({ tag, vr: "??", at: at + 8 }, this.#uint32(head, 4));
    }
    const vr = head.toString("latin1", 4, 6);
    if (shortVrs.has(vr)) return { tag, vr, at: at + 8, length: this.#uint16(head, 6) };
    if (!longVrs.has(vr)) throw unknown(at, `the value representation ${JSON.stringify(vr)}`);
    const length = this.#uint32(this.#bytes.view(at + 8, 4), 0);
    return this.#sized({ tag, vr, at: at + longestHead }, length);
  }

  #sized(element: Omit<Element, "length">, length: number): Element {
    return { ...element, length: length === undefinedLength ? null : length };
  }

  async #view(at: number, length: number): Promise<Buffer> {
    if (!this.#bytes.has(at, length) && !(await this.#bytes.load(at, length))) {
      throw cut(at, "the head of an element");
    }
    return this.#bytes.view(at, length);
  }

  #tag(head: Buffer): number {
    return this.#uint16(head, 0) * 0x1_0000 + this.#uint16(head, 2);
  }

  #uint16(bytes: Buffer, at: number): number {
    return this.#encoding.isBigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
  }

  #uint32(bytes: Buffer, at: number): number {
    return this.#encoding.isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  }
}

/** What stands in an item is nobody's. */
const unseen: Visit = () => false;

async function stopIf(seen: boolean | Promise<boolean>): Promise<void> {
  if (await seen) throw new Stop({ kind: "sound" });
}

const cut = (at: number, why: string): Stop => new Stop({ kind: "cut", at, why });
const unknown = (at: number, why: string): Stop => new Stop({ kind: "unknown", at, why });
