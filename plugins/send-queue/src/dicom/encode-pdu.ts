import {
  pduHeaderSize,
  pduType,
  type AnsweredContext,
  type AssociateAccept,
  type AssociateRequest,
  type ProposedContext,
  type Rejection,
  type Role,
  type UserInformation,
} from "./pdu.ts";
import { applicationContext, implementationClass, implementationVersion } from "./uids.ts";

/** The types of the items and sub-items that an association is negotiated with. */
export const itemType = {
  applicationContext: 0x10,
  proposedContext: 0x20,
  answeredContext: 0x21,
  abstractSyntax: 0x30,
  transferSyntax: 0x40,
  userInformation: 0x50,
  maxPduLength: 0x51,
  implementationClass: 0x52,
  role: 0x54,
  implementationVersion: 0x55,
} as const;

export const encodeAssociateRequest = (request: AssociateRequest): Buffer =>
  associate(pduType.associateRequest, request, request.contexts.map(proposedContext));

export const encodeAssociateAccept = (accept: AssociateAccept): Buffer =>
  associate(pduType.associateAccept, accept, accept.contexts.map(answeredContext));

export const encodeAssociateReject = ({ result, source, reason }: Rejection): Buffer =>
  pdu(pduType.associateReject, Buffer.from([0, result, source, reason]));

export const encodeReleaseRequest = (): Buffer => pdu(pduType.releaseRequest, Buffer.alloc(4));

export const encodeReleaseReply = (): Buffer => pdu(pduType.releaseReply, Buffer.alloc(4));

/** `source` 0: the user of the service, who gives no reason; 2: the provider. */
export const encodeAbort = (source: number, reason: number): Buffer =>
  pdu(pduType.abort, Buffer.from([0, 0, source, reason]));

interface Negotiated {
  readonly calledAet: string;
  readonly callingAet: string;
  readonly user: UserInformation;
}

function associate(
  type: number,
  { calledAet, callingAet, user }: Negotiated,
  contexts: readonly Buffer[],
): Buffer {
  const fixed = Buffer.alloc(68);
  fixed.writeUInt16BE(1, 0);
  fixed.write(calledAet.padEnd(16), 4, 16, "latin1");
  fixed.write(callingAet.padEnd(16), 20, 16, "latin1");
  return pdu(
    type,
    Buffer.concat([
      fixed,
      item(itemType.applicationContext, Buffer.from(applicationContext, "latin1")),
      ...contexts,
      userInformation(user),
    ]),
  );
}

function proposedContext({ id, abstractSyntax, transferSyntaxes }: ProposedContext): Buffer {
  const body = [
    Buffer.from([id, 0, 0, 0]),
    item(itemType.abstractSyntax, Buffer.from(abstractSyntax, "latin1")),
    ...transferSyntaxes.map((uid) => item(itemType.transferSyntax, Buffer.from(uid, "latin1"))),
  ];
  return item(itemType.proposedContext, Buffer.concat(body));
}

function answeredContext({ id, result, transferSyntax }: AnsweredContext): Buffer {
  const body = [
    Buffer.from([id, 0, result, 0]),
    item(itemType.transferSyntax, Buffer.from(transferSyntax, "latin1")),
  ];
  return item(itemType.answeredContext, Buffer.concat(body));
}

function userInformation({ maxPduLength, roles }: UserInformation): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(maxPduLength);
  const body = [
    item(itemType.maxPduLength, length),
    item(itemType.implementationClass, Buffer.from(implementationClass, "latin1")),
    ...roles.map(role),
    item(itemType.implementationVersion, Buffer.from(implementationVersion, "latin1")),
  ];
  return item(itemType.userInformation, Buffer.concat(body));
}

function role({ sopClass, isUser, isProvider }: Role): Buffer {
  const uid = Buffer.from(sopClass, "latin1");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(uid.length);
  const roles = Buffer.from([isUser ? 1 : 0, isProvider ? 1 : 0]);
  return item(itemType.role, Buffer.concat([length, uid, roles]));
}

function item(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

function pdu(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(pduHeaderSize);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}
