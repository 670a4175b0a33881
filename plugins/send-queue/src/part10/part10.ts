import type { FileHandle } from "node:fs/promises";
import { ByteWindow } from "./byte-window.ts";
import { inflatedFrom } from "./inflated.ts";
import { unpadded } from "../dicom/padding.ts";
import {
  deflatedLittleEndian,
  explicitBigEndian,
  implementationClass,
  implementationVersion,
  implicitLittleEndian,
  isUid,
} from "../dicom/uids.ts";
import { walk, type Encoding, type Walked } from "./walk.ts";

/** What a file says of itself, as far as anybody here wants to know. */
export interface Instance {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** Where the data set begins, and how many bytes it has. */
  readonly offset: number;
  readonly size: number;
  /** Values of the tags that were asked for; a tag that is not there is missing. Texts, trimmed. */
  readonly values: ReadonlyMap<number, string>;
  /** Its elements do not end where they say: it was cut off, or is damaged. */
  readonly isCut: boolean;
}

/** A file cannot be sent, and why; without a word of what is in it. */
export class NotDicom extends Error {
  override readonly name = "NotDicom";
}

/** Tags of the data set that say what it is. */
export const tag = {
  sopClass: 0x0008_0016,
  sopInstance: 0x0008_0018,
  modality: 0x0008_0060,
  manufacturer: 0x0008_0070,
  institution: 0x0008_0080,
  station: 0x0008_1010,
  studyDescription: 0x0008_1030,
  seriesDescription: 0x0008_103e,
  bodyPart: 0x0018_0015,
  protocol: 0x0018_1030,
  patientId: 0x0010_0020,
  studyInstance: 0x0020_000d,
  seriesInstance: 0x0020_000e,
} as const;

const metaTag = {
  groupLength: 0x0002_0000,
  sopClass: 0x0002_0002,
  sopInstance: 0x0002_0003,
  transferSyntax: 0x0002_0010,
} as const;

const explicitLittle: Encoding = { isExplicit: true, isBigEndian: false };

/** Before the meta information: 128 bytes of anything, and "DICM". */
const preambleSize = 132;

/** A value that we want to know is no longer, in bytes. */
const longestValue = 1_024;

/**
 * Reads a DICOM file (PS3.10) as far as it must be known to send it: what it is, where its data set
 * stands, and the values of `wanted`. The lengths of all its elements are followed,
 * so that one that is cut off is found here and not by the peer: it throws, unless it `mayBeCut`.
 * @throws {NotDicom}; what reading throws
 */
export async function readPart10(
  file: FileHandle,
  wanted: readonly number[],
  { mayBeCut = false }: { readonly mayBeCut?: boolean } = {},
): Promise<Instance> {
  const bytes = await ByteWindow.ofFile(file);
  const meta = await readMeta(bytes);
  const transferSyntax = meta.values.get(metaTag.transferSyntax) ?? "";
  if (transferSyntax === "") throw new NotDicom("The file does not say its transfer syntax.");
  const size = bytes.size - meta.end;
  if (size === 0) throw new NotDicom("The file has no data set.");
  // No peer takes it, and some end the association over it.
  if (size % 2 === 1) throw new NotDicom("The data set has an odd number of bytes.");
  const reading = { transferSyntax, wanted };
  const { values, damage } =
    transferSyntax === deflatedLittleEndian
      ? await readDeflated(file, meta.end, reading)
      : await readDataSet(bytes, meta.end, reading);
  if (damage !== null && !mayBeCut) throw new NotDicom(damage);
  const isCut = damage !== null;
  const identity = identityOf(meta.values, values);
  requireNames(transferSyntax, identity.sopClass);
  return { ...identity, transferSyntax, offset: meta.end, size, values, isCut };
}

/** What it is. The head may be that of another: a peer compares what we say with the data set. */
function identityOf(
  meta: ReadonlyMap<number, string>,
  values: ReadonlyMap<number, string>,
): Pick<Instance, "sopClass" | "sopInstance"> {
  const sopClass = values.get(tag.sopClass) ?? meta.get(metaTag.sopClass) ?? "";
  const sopInstance = values.get(tag.sopInstance) ?? meta.get(metaTag.sopInstance) ?? "";
  if (sopClass !== "" && sopInstance !== "") return { sopClass, sopInstance };
  throw new NotDicom("The file has no SOP class UID, or no SOP instance UID.");
}

/**
 * With these an association is asked for: over what is no UID some peers end it, or are silent, and all that
 * waits for them would wait behind one file.
 */
function requireNames(transferSyntax: string, sopClass: string): void {
  if (!isUid(transferSyntax)) throw new NotDicom("Its transfer syntax is no UID.");
  if (!isUid(sopClass)) throw new NotDicom("Its SOP class is no UID.");
}

/** Whether a file says that it is DICOM. */
export async function isDicom(file: FileHandle): Promise<boolean> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, preambleSize - 4);
  return bytesRead === 4 && buffer.toString("latin1") === "DICM";
}

/** The values of the meta information, and where the data set begins after it. */
async function readMeta(
  bytes: ByteWindow,
): Promise<{ readonly values: ReadonlyMap<number, string>; readonly end: number }> {
  const hasPreamble =
    (await bytes.load(0, preambleSize)) &&
    bytes.view(preambleSize - 4, 4).toString("latin1") === "DICM";
  if (!hasPreamble) throw new NotDicom("The file is not a DICOM file: it has no preamble.");
  const values = new Map<number, string>();
  let end = bytes.size;
  const walked = await walk(bytes, preambleSize, explicitLittle, async (element) => {
    if (element.tag >>> 16 !== 0x0002) {
      end = element.at - headSize(element.vr);
      return true;
    }
    await keep(bytes, element, values);
    return false;
  });
  return { values, end: ended(walked, end) };
}

/** Where a walk over the meta information ended: the data set may be written in another encoding. */
function ended(walked: Walked, end: number): number {
  switch (walked.kind) {
    case "sound":
      return end;
    // An implicit data set has no representations where an explicit one has them.
    case "unknown":
      return walked.at;
    case "cut":
      throw new NotDicom(cutAt(walked));
  }
}

const headSize = (vr: string): number =>
  ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"].includes(vr)
    ? 12
    : 8;

interface Reading {
  readonly transferSyntax: string;
  readonly wanted: readonly number[];
}

/** What was read of a data set. */
interface ReadDataSet {
  /** Those that are wanted, and those that say what it is; as far as they can be read. */
  readonly values: ReadonlyMap<number, string>;
  /** Why it is not whole, in a sentence; null: it is. */
  readonly damage: string | null;
}

async function readDeflated(
  file: FileHandle,
  start: number,
  reading: Reading,
): Promise<ReadDataSet> {
  const inflated = await inflatedFrom(file, start);
  if (inflated === null) return { values: new Map(), damage: notInflated };
  try {
    return await readDataSet(inflated.bytes, 0, reading);
  } finally {
    inflated.close();
  }
}

const notInflated = "The data set is not deflated as its transfer syntax says, or is cut off.";

async function readDataSet(
  bytes: ByteWindow,
  start: number,
  { transferSyntax, wanted }: Reading,
): Promise<ReadDataSet> {
  const values = new Map<number, string>();
  const tags = new Set<number>([tag.sopClass, tag.sopInstance, ...wanted]);
  const encoding: Encoding = {
    isExplicit: transferSyntax !== implicitLittleEndian,
    isBigEndian: transferSyntax === explicitBigEndian,
  };
  const walked = await walk(bytes, start, encoding, (element) =>
    tags.has(element.tag) ? keep(bytes, element, values).then(() => false) : false,
  );
  const damage = walked.kind === "cut" ? cutAt(walked) : null;
  return { values, damage };
}

const cutAt = ({ at, why }: Walked & { readonly kind: "cut" }): string =>
  `The file is cut off at byte ${at}: ${why}.`;

async function keep(
  bytes: ByteWindow,
  {
    tag: number,
    at,
    length,
  }: { readonly tag: number; readonly at: number; readonly length: number | null },
  values: Map<number, string>,
): Promise<void> {
  if (length === null || length > longestValue || !(await bytes.load(at, length))) return;
  values.set(number, unpadded(bytes.view(at, length)));
}

/** What stands before the data set of a file that we make of an instance that was received. */
export function part10Head({
  sopClass,
  sopInstance,
  transferSyntax,
}: Pick<Instance, "sopClass" | "sopInstance" | "transferSyntax">): Buffer {
  const elements = Buffer.concat([
    longElement(0x0001, Buffer.from([0, 1])),
    uid(0x0002, sopClass),
    uid(0x0003, sopInstance),
    uid(0x0010, transferSyntax),
    uid(0x0012, implementationClass),
    shortElement(
      0x0013,
      "SH",
      Buffer.from(implementationVersion.padEnd(evenLength(implementationVersion))),
    ),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(elements.length);
  const preamble = Buffer.alloc(preambleSize);
  preamble.write("DICM", preambleSize - 4, "latin1");
  return Buffer.concat([preamble, shortElement(0x0000, "UL", length), elements]);
}

const evenLength = (text: string): number => text.length + (text.length % 2);

const uid = (element: number, text: string): Buffer =>
  shortElement(element, "UI", Buffer.from(text.padEnd(evenLength(text), "\0"), "latin1"));

function shortElement(element: number, vr: string, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0x0002, 0);
  head.writeUInt16LE(element, 2);
  head.write(vr, 4, "latin1");
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}

function longElement(element: number, value: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(0x0002, 0);
  head.writeUInt16LE(element, 2);
  head.write("OB", 4, "latin1");
  head.writeUInt32LE(value.length, 8);
  return Buffer.concat([head, value]);
}
