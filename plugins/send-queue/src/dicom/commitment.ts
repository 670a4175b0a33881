import { unpadded } from "./padding.ts";
import { PeerError } from "./peer-error.ts";

/** The Storage Commitment Push Model, PS3.4 annex J: its class, and its one instance. */
export const commitmentClass = "1.2.840.10008.1.20.1";
export const commitmentInstance = "1.2.840.10008.1.20.1.1";

/** The action of a request; events are told apart by what they contain. */
export const requestCommitment = 1;

export interface Reference {
  readonly sopClass: string;
  readonly sopInstance: string;
}

/** What a peer says of a transaction. */
export interface CommitmentReport {
  readonly transaction: string;
  /** SOP Instance UIDs that it keeps. */
  readonly committed: readonly string[];
  /** Those that it does not keep, and the reason, PS3.3 C.14.1.1. */
  readonly failed: readonly { readonly sopInstance: string; readonly reason: number }[];
}

const tags = {
  referencedClass: 0x0008_1150,
  referencedInstance: 0x0008_1155,
  transaction: 0x0008_1195,
  failureReason: 0x0008_1197,
  failed: 0x0008_1198,
  referenced: 0x0008_1199,
} as const;

/** The data set of a request, in implicit little endian. */
export function encodeCommitmentRequest(
  transaction: string,
  references: readonly Reference[],
): Buffer {
  const items = references.map(({ sopClass, sopInstance }) =>
    element(
      itemTag,
      Buffer.concat([
        uid(tags.referencedClass, sopClass),
        uid(tags.referencedInstance, sopInstance),
      ]),
    ),
  );
  return Buffer.concat([
    uid(tags.transaction, transaction),
    element(tags.referenced, Buffer.concat(items)),
  ]);
}

/** Reads the data set of a report, in little endian. @throws {PeerError} protocol */
export function decodeCommitmentReport(bytes: Buffer, isExplicit: boolean): CommitmentReport {
  const report = new Reader(bytes, isExplicit).dataSet();
  const itemsOf = (tag: number): readonly DataSet[] => report.sequences.get(tag) ?? [];
  return {
    transaction: textOf(report, tags.transaction),
    committed: itemsOf(tags.referenced).map((item) => textOf(item, tags.referencedInstance)),
    failed: itemsOf(tags.failed).map((item) => ({
      sopInstance: textOf(item, tags.referencedInstance),
      reason: numberOf(item, tags.failureReason),
    })),
  };
}

function element(tag: number, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
}

const uid = (tag: number, text: string): Buffer =>
  element(tag, Buffer.from(text.length % 2 === 0 ? text : `${text}\0`, "latin1"));

interface DataSet {
  readonly values: ReadonlyMap<number, Buffer>;
  readonly sequences: ReadonlyMap<number, readonly DataSet[]>;
}

const textOf = ({ values }: DataSet, tag: number): string =>
  unpadded(values.get(tag) ?? Buffer.alloc(0));

/** Processing failure, if the peer gives no reason. */
const noReason = 0x0110;

function numberOf({ values }: DataSet, tag: number): number {
  const value = values.get(tag);
  return value?.length === 2 ? value.readUInt16LE(0) : noReason;
}

const itemTag = 0xfffe_e000;
const itemEnd = 0xfffe_e00d;
const sequenceEnd = 0xfffe_e0dd;
const undefinedLength = 0xffff_ffff;

/** A report has sequences of items without further ones; nobody nests deeper than this. */
const maxDepth = 8;

/** Explicit representations whose length has four bytes after two that are reserved. */
const longRepresentations = /^(?:O[BDFLVW]|SQ|SV|U[CNRTV])$/;

const sequenceTags: ReadonlySet<number> = new Set([tags.failed, tags.referenced]);

/** Reads small data sets whole. */
class Reader {
  readonly #bytes: Buffer;
  readonly #isExplicit: boolean;
  #at = 0;

  constructor(bytes: Buffer, isExplicit: boolean) {
    this.#bytes = bytes;
    this.#isExplicit = isExplicit;
  }

  /** Up to `end`, or to what ends an item of undefined length. */
  dataSet(end = this.#bytes.length, depth = 0): DataSet {
    if (depth > maxDepth) throw malformed();
    const values = new Map<number, Buffer>();
    const sequences = new Map<number, readonly DataSet[]>();
    while (this.#at < end) {
      const { tag, length, isSequence } = this.#head();
      if (tag === itemEnd) break;
      if (isSequence) sequences.set(tag, this.#items(length, depth + 1));
      else values.set(tag, this.#take(length));
    }
    return { values, sequences };
  }

  #items(length: number, depth: number): readonly DataSet[] {
    const items: DataSet[] = [];
    const end = this.#endOf(length);
    while (this.#at < end) {
      const tag = this.#tag();
      const size = this.#take(4).readUInt32LE(0);
      if (tag === sequenceEnd) break;
      if (tag !== itemTag) throw malformed();
      items.push(this.dataSet(this.#endOf(size), depth));
    }
    return items;
  }

  #endOf(length: number): number {
    if (length === undefinedLength) return this.#bytes.length;
    const end = this.#at + length;
    if (end > this.#bytes.length) throw malformed();
    return end;
  }

  #head(): { readonly tag: number; readonly length: number; readonly isSequence: boolean } {
    const tag = this.#tag();
    const isDelimiter = tag >>> 16 === 0xfffe;
    if (!this.#isExplicit || isDelimiter) {
      const length = this.#take(4).readUInt32LE(0);
      const isSequence = sequenceTags.has(tag) || length === undefinedLength;
      return { tag, length, isSequence: isSequence && !isDelimiter };
    }
    const vr = this.#take(2).toString("latin1");
    if (!longRepresentations.test(vr)) {
      return { tag, length: this.#take(2).readUInt16LE(0), isSequence: false };
    }
    this.#take(2);
    const length = this.#take(4).readUInt32LE(0);
    return { tag, length, isSequence: vr === "SQ" || length === undefinedLength };
  }

  #tag(): number {
    const bytes = this.#take(4);
    return bytes.readUInt16LE(0) * 0x1_0000 + bytes.readUInt16LE(2);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw malformed();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

const malformed = (): PeerError =>
  new PeerError({ kind: "protocol", detail: "its report cannot be read" });
