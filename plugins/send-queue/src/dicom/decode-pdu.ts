import { itemType } from "./encode-pdu.ts";
import {
  dataValueHeaderSize,
  pduType,
  type AnsweredContext,
  type AssociateAccept,
  type AssociateRequest,
  type DataValue,
  type Pdu,
  type ProposedContext,
  type Role,
  type UserInformation,
} from "./pdu.ts";
import { unpadded } from "./padding.ts";
import { itSent } from "./peer-error.ts";

/**
 * Reads the body of a unit; the bytes of data values stay those of `body`.
 * @throws {PeerError} protocol
 */
export function decodePdu(type: number, body: Buffer): Pdu {
  switch (type) {
    case pduType.associateRequest:
      return { kind: "associate-request", ...decodeRequest(body) };
    case pduType.associateAccept:
      return { kind: "associate-accept", ...decodeAccept(body) };
    case pduType.associateReject:
      requireLength(body, 4, "A-ASSOCIATE-RJ");
      return {
        kind: "associate-reject",
        result: body.readUInt8(1),
        source: body.readUInt8(2),
        reason: body.readUInt8(3),
      };
    case pduType.data:
      return { kind: "data", values: decodeValues(body) };
    case pduType.releaseRequest:
      return { kind: "release-request" };
    case pduType.releaseReply:
      return { kind: "release-reply" };
    case pduType.abort:
      requireLength(body, 4, "A-ABORT");
      return { kind: "abort", source: body.readUInt8(2), reason: body.readUInt8(3) };
    default:
      throw itSent(`a unit of type ${type}`);
  }
}

function decodeValues(body: Buffer): readonly DataValue[] {
  const values: DataValue[] = [];
  for (let at = 0; at < body.length;) {
    const { length, ...head } = decodeValueHead(body.subarray(at), body.length - at);
    const begin = at + dataValueHeaderSize;
    at = begin + length;
    values.push({ ...head, bytes: body.subarray(begin, at) });
  }
  return values;
}

/** What stands before the bytes of a data value. */
export interface ValueHead extends Omit<DataValue, "bytes"> {
  /** Of its bytes. */
  readonly length: number;
}

/** Of the head at `at`. `left`: so many bytes the unit still has, with it. @throws {PeerError} protocol */
export function decodeValueHead(bytes: Buffer, left: number, at = 0): ValueHead {
  if (left < dataValueHeaderSize) throw itSent("a data value without a head");
  // Its id and its flags count.
  const length = bytes.readUInt32BE(at) - 2;
  if (length < 0 || dataValueHeaderSize + length > left) {
    throw itSent(`a data value of ${length + 2} bytes`);
  }
  const flags = bytes.readUInt8(at + 5);
  return {
    contextId: bytes.readUInt8(at + 4),
    isCommand: (flags & 1) !== 0,
    isLast: (flags & 2) !== 0,
    length,
  };
}

/** Version, titles and reserved bytes, before the items. */
const fixedSize = 68;

function decodeRequest(body: Buffer): AssociateRequest {
  const contexts: ProposedContext[] = [];
  let user = noUserInformation;
  for (const { type, bytes } of itemsOfAssociate(body)) {
    if (type === itemType.proposedContext) contexts.push(proposedContext(bytes));
    if (type === itemType.userInformation) user = userInformation(bytes);
  }
  return { ...titles(body), contexts, user };
}

function decodeAccept(body: Buffer): AssociateAccept {
  const contexts: AnsweredContext[] = [];
  let user = noUserInformation;
  for (const { type, bytes } of itemsOfAssociate(body)) {
    if (type === itemType.answeredContext) contexts.push(answeredContext(bytes));
    if (type === itemType.userInformation) user = userInformation(bytes);
  }
  return { ...titles(body), contexts, user };
}

function itemsOfAssociate(body: Buffer): Iterable<Item> {
  requireLength(body, fixedSize, "A-ASSOCIATE");
  return items(body.subarray(fixedSize));
}

const titles = (body: Buffer): { readonly calledAet: string; readonly callingAet: string } => ({
  calledAet: unpadded(body.subarray(4, 20)),
  callingAet: unpadded(body.subarray(20, 36)),
});

function proposedContext(bytes: Buffer): ProposedContext {
  requireLength(bytes, 4, "a presentation context");
  let abstractSyntax = "";
  const transferSyntaxes: string[] = [];
  for (const part of items(bytes.subarray(4))) {
    if (part.type === itemType.abstractSyntax) abstractSyntax = unpadded(part.bytes);
    if (part.type === itemType.transferSyntax) transferSyntaxes.push(unpadded(part.bytes));
  }
  return { id: bytes.readUInt8(0), abstractSyntax, transferSyntaxes };
}

function answeredContext(bytes: Buffer): AnsweredContext {
  requireLength(bytes, 4, "a presentation context");
  let transferSyntax = "";
  for (const part of items(bytes.subarray(4))) {
    if (part.type === itemType.transferSyntax) transferSyntax = unpadded(part.bytes);
  }
  return { id: bytes.readUInt8(0), result: bytes.readUInt8(2), transferSyntax };
}

/** Who says nothing of it takes any length. */
const noUserInformation: UserInformation = { maxPduLength: 0, roles: [] };

function userInformation(bytes: Buffer): UserInformation {
  let { maxPduLength } = noUserInformation;
  const roles: Role[] = [];
  for (const part of items(bytes)) {
    if (part.type === itemType.maxPduLength) {
      requireLength(part.bytes, 4, "a maximum length");
      maxPduLength = part.bytes.readUInt32BE(0);
    }
    if (part.type === itemType.role) roles.push(role(part.bytes));
  }
  return { maxPduLength, roles };
}

function role(bytes: Buffer): Role {
  requireLength(bytes, 2, "a role");
  const length = bytes.readUInt16BE(0);
  requireLength(bytes, length + 4, "a role");
  return {
    sopClass: unpadded(bytes.subarray(2, 2 + length)),
    isUser: bytes.readUInt8(2 + length) === 1,
    isProvider: bytes.readUInt8(3 + length) === 1,
  };
}

interface Item {
  readonly type: number;
  readonly bytes: Buffer;
}

function* items(bytes: Buffer): Generator<Item> {
  let at = 0;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw itSent("an item without a head");
    const end = at + 4 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) throw itSent("an item that is longer than its unit");
    yield { type: bytes.readUInt8(at), bytes: bytes.subarray(at + 4, end) };
    at = end;
  }
}

function requireLength(bytes: Buffer, least: number, what: string): void {
  if (bytes.length < least) throw itSent(`${what} of ${bytes.length} bytes`);
}
