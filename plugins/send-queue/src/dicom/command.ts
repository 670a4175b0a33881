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
  const parts = [...command]
    .toSorted(([left], [right]) => left - right)
    .map(([number, value]) => encodeElement(number, encodeValue(number, value)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat([encodeElement(0, length), ...parts]);
}

/** Elements that are not known are left out. @throws {PeerError} protocol */
export function decodeCommand(bytes: Buffer): Command {
  const command = new Map<number, number | string>();
  let at = 0;
  while (at < bytes.length) {
    if (at + 8 > bytes.length || bytes.readUInt16LE(at) !== 0) throw malformed();
    const number = bytes.readUInt16LE(at + 2);
    const end = at + 8 + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) throw malformed();
    const value = bytes.subarray(at + 8, end);
    if (known.has(number)) command.set(number, decodeValue(number, value));
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

function encodeElement(number: number, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(number, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
}

function encodeValue(number: number, value: number | string): Buffer {
  if (typeof value === "number") {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
    return bytes;
  }
  const padding = spacePadded.has(number) ? " " : "\0";
  return Buffer.from(value.length % 2 === 0 ? value : value + padding, "latin1");
}

function decodeValue(number: number, value: Buffer): number | string {
  if (!numbers.has(number)) return unpadded(value);
  if (value.length !== 2) throw malformed();
  return value.readUInt16LE(0);
}

const malformed = (): PeerError =>
  new PeerError({ kind: "protocol", detail: "its command cannot be read" });
