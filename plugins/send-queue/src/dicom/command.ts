import { unpadded } from "./padding.ts";
import { PeerError } from "./peer-error.ts";

/** DIMSE commands and their answers, PS3.7 annex E: elements of group 0000 in implicit little endian. */
export type Command = ReadonlyMap<number, number | string>;

/** Element numbers of group 0000. */
export const element = {
  affectedSopClass: 0x0002,
  requestedSopClass: 0x0003,
  field: 0x0100,
  messageId: 0x0110,
  answeredMessageId: 0x0120,
  priority: 0x0700,
  dataSetType: 0x0800,
  status: 0x0900,
  errorComment: 0x0902,
  affectedSopInstance: 0x1000,
  requestedSopInstance: 0x1001,
  eventType: 0x1002,
  actionType: 0x1008,
  moveOriginatorAet: 0x1030,
  moveOriginatorId: 0x1031,
} as const;

/** Values of the element `field`. An answer has 0x8000 on top. */
export const commandField = {
  store: 0x0001,
  echo: 0x0030,
  eventReport: 0x0100,
  action: 0x0130,
} as const;

export const answerBit = 0x8000;

/** Message ids are numbers of two bytes, from 1. */
const maxMessageId = 65_535;

/** The id of an association's next message; `last`: 0 if it is the first. */
export const messageIdAfter = (last: number): number => (last % maxMessageId) + 1;

/** Value of `dataSetType` if no data set follows. */
export const noDataSet = 0x0101;

/** Value of `dataSetType` if one follows: any other. */
export const withDataSet = 0x0001;

/** What an N-ACTION asks for, and of what. */
export interface Action {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly type: number;
}

/** The elements of an N-ACTION-RQ that are its own. */
export const actionCommand = ({ sopClass, sopInstance, type }: Action): Command =>
  new Map<number, number | string>([
    [element.requestedSopClass, sopClass],
    [element.requestedSopInstance, sopInstance],
    [element.actionType, type],
  ]);

/** Elements whose value is a number of two bytes; all others that we know are texts. */
const numbers: ReadonlySet<number> = new Set<number>([
  element.field,
  element.messageId,
  element.answeredMessageId,
  element.priority,
  element.dataSetType,
  element.status,
  element.eventType,
  element.actionType,
  element.moveOriginatorId,
]);

/** Titles and comments are filled up with a space, UIDs with a NUL. */
const spacePadded: ReadonlySet<number> = new Set<number>([
  element.moveOriginatorAet,
  element.errorComment,
]);

/** The elements in ascending order, after the length of the group. */
export function encodeCommand(command: Command): Buffer {
  const elements = [...command].toSorted(([left], [right]) => left - right);
  let length = 0;
  for (const [, value] of elements) length += elementHeadSize + sizeOf(value);
  const bytes = Buffer.allocUnsafe(elementHeadSize + 4 + length);
  let at = writeHead(bytes, 0, { number: 0, size: 4 });
  at = bytes.writeUInt32LE(length, at);
  for (const [number, value] of elements) at = writeElement(bytes, at, { number, value });
  return bytes;
}

/** Where the value of an element stands in a command. REQUIRES one in it */
export function placeIn(bytes: Buffer, number: number): number {
  let at = 0;
  while (bytes.readUInt16LE(at + 2) !== number) {
    at += elementHeadSize + bytes.readUInt32LE(at + 4);
  }
  return at + elementHeadSize;
}

/** Bytes of a text as a value. */
export const sizeOfText = (text: string): number => text.length + (text.length % 2);

/** Elements that are not known are left out. @throws {PeerError} protocol */
export function decodeCommand(bytes: Buffer): Command {
  const command = new Map<number, number | string>();
  let at = 0;
  while (at < bytes.length) {
    if (at + 8 > bytes.length || bytes.readUInt16LE(at) !== 0) throw malformed();
    const number = bytes.readUInt16LE(at + 2);
    const end = at + 8 + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) throw malformed();
    if (numbers.has(number)) command.set(number, decodeNumber(bytes, at + 8, end));
    else if (known.has(number)) command.set(number, unpadded(bytes.subarray(at + 8, end)));
    at = end;
  }
  return command;
}

/** @throws {PeerError} protocol: it is not there */
export function numberOf(command: Command, number: number): number {
  const value = command.get(number);
  if (typeof value === "number") return value;
  throw new PeerError({ kind: "protocol", detail: `a command without ${nameOf(number)}` });
}

/** Empty: it is not there. */
export function textOf(command: Command, number: number): string {
  const value = command.get(number);
  return typeof value === "string" ? value : "";
}

const known: ReadonlySet<number> = new Set<number>(Object.values(element));

const nameOf = (number: number): string => `(0000,${number.toString(16).padStart(4, "0")})`;

/** Group, element, and the length of what follows. */
const elementHeadSize = 8;

const sizeOf = (value: number | string): number =>
  typeof value === "number" ? 2 : sizeOfText(value);

/** Answers where the next thing goes, as all of these do. */
function writeHead(bytes: Buffer, at: number, { number, size }: ElementHead): number {
  bytes.writeUInt16LE(0, at);
  bytes.writeUInt16LE(number, at + 2);
  return bytes.writeUInt32LE(size, at + 4);
}

interface ElementHead {
  readonly number: number;
  /** Of its value, in bytes. */
  readonly size: number;
}

function writeElement(
  bytes: Buffer,
  at: number,
  { number, value }: { readonly number: number; readonly value: number | string },
): number {
  const size = sizeOf(value);
  const begin = writeHead(bytes, at, { number, size });
  if (typeof value === "number") return bytes.writeUInt16LE(value, begin);
  bytes.write(value, begin, "latin1");
  if (value.length < size) bytes[begin + value.length] = spacePadded.has(number) ? space : 0;
  return begin + size;
}

const space = 0x20;

function decodeNumber(bytes: Buffer, at: number, end: number): number {
  if (end - at !== 2) throw malformed();
  return bytes.readUInt16LE(at);
}

const malformed = (): PeerError =>
  new PeerError({ kind: "protocol", detail: "its command cannot be read" });
