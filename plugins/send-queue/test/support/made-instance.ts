import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { part10Head } from "../../src/part10/part10.ts";
import {
  deflatedLittleEndian,
  explicitBigEndian,
  explicitLittleEndian,
  implicitLittleEndian,
} from "../../src/dicom/uids.ts";

export const ctImageStorage = "1.2.840.10008.5.1.4.1.1.2";
export { explicitLittleEndian as explicit } from "../../src/dicom/uids.ts";
export const jpegBaseline = "1.2.840.10008.1.2.4.50";

/** Every way in which data sets are written: the plain ones, deflated, and with fragments of pixels. */
export const encodings = [
  implicitLittleEndian,
  explicitLittleEndian,
  explicitBigEndian,
  deflatedLittleEndian,
  jpegBaseline,
] as const;

export interface MadeInstance {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** The whole file, and its data set alone. */
  readonly file: Buffer;
  readonly dataSet: Buffer;
}

let count = 0;

/** Nobody's image: noise below a few elements. `pixelBytes`: how much noise. */
export function madeInstance(
  transferSyntax: string = explicitLittleEndian,
  pixelBytes = 2_000,
  sopInstance = `2.25.${Date.now()}${process.pid}.${(count += 1)}`,
  sopClass: string = ctImageStorage,
): MadeInstance {
  const writer = new Writer(transferSyntax);
  const plain = Buffer.concat([
    writer.element(0x0008_0016, "UI", padded(sopClass, "\0")),
    writer.element(0x0008_0018, "UI", padded(sopInstance, "\0")),
    writer.element(0x0008_0060, "CS", padded("CT", " ")),
    writer.sequence(0x0008_1140, [
      writer.element(0x0008_1150, "UI", padded(ctImageStorage, "\0")),
      writer.sequence(0x0009_1010, [writer.element(0x0009_1011, "LO", padded("PRIVATE", " "))]),
    ]),
    writer.element(0x0010_0020, "LO", padded("NOBODY", " ")),
    writer.element(0x0020_000d, "UI", padded("2.25.1", "\0")),
    writer.element(0x0020_000e, "UI", padded("2.25.1.1", "\0")),
    writer.pixels(randomBytes(pixelBytes & ~1)),
  ]);
  const dataSet = transferSyntax === deflatedLittleEndian ? deflated(plain) : plain;
  const identity = { sopClass, sopInstance, transferSyntax };
  return { ...identity, dataSet, file: Buffer.concat([part10Head(identity), dataSet]) };
}

function padded(text: string, filler: string): Buffer {
  return Buffer.from(text.length % 2 === 0 ? text : text + filler, "latin1");
}

function deflated(bytes: Buffer): Buffer {
  const small = deflateRawSync(bytes);
  return small.length % 2 === 0 ? small : Buffer.concat([small, Buffer.alloc(1)]);
}

const undefinedLength = 0xffff_ffff;

class Writer {
  readonly #transferSyntax: string;
  readonly #isBig: boolean;
  readonly #isExplicit: boolean;

  constructor(transferSyntax: string) {
    this.#transferSyntax = transferSyntax;
    this.#isBig = transferSyntax === explicitBigEndian;
    this.#isExplicit = transferSyntax !== implicitLittleEndian;
  }

  element(tag: number, vr: string, value: Buffer, length = value.length): Buffer {
    return Buffer.concat([this.#tag(tag), this.#lengthOf(vr, length), value]);
  }

  /** Of undefined length, with one item of undefined length. */
  sequence(tag: number, elements: readonly Buffer[]): Buffer {
    const item = Buffer.concat([
      this.#delimiter(0xfffe_e000, undefinedLength),
      ...elements,
      this.#delimiter(0xfffe_e00d, 0),
      this.#delimiter(0xfffe_e0dd, 0),
    ]);
    return this.element(tag, "SQ", item, undefinedLength);
  }

  pixels(bytes: Buffer): Buffer {
    if (this.#transferSyntax !== jpegBaseline) return this.element(0x7fe0_0010, "OW", bytes);
    const fragments = Buffer.concat([
      this.#delimiter(0xfffe_e000, 0),
      this.#delimiter(0xfffe_e000, bytes.length),
      bytes,
      this.#delimiter(0xfffe_e0dd, 0),
    ]);
    return this.element(0x7fe0_0010, "OB", fragments, undefinedLength);
  }

  #delimiter(tag: number, length: number): Buffer {
    return Buffer.concat([this.#tag(tag), this.#uint32(length)]);
  }

  #tag(tag: number): Buffer {
    return Buffer.concat([this.#uint16(tag >>> 16), this.#uint16(tag & 0xffff)]);
  }

  #lengthOf(vr: string, length: number): Buffer {
    if (!this.#isExplicit) return this.#uint32(length);
    const isLong = vr === "SQ" || vr === "OW" || vr === "OB";
    const size = isLong
      ? Buffer.concat([Buffer.alloc(2), this.#uint32(length)])
      : this.#uint16(length);
    return Buffer.concat([Buffer.from(vr, "latin1"), size]);
  }

  #uint16(value: number): Buffer {
    const bytes = Buffer.alloc(2);
    if (this.#isBig) bytes.writeUInt16BE(value);
    else bytes.writeUInt16LE(value);
    return bytes;
  }

  #uint32(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    if (this.#isBig) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  }
}
