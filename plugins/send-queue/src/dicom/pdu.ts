/** The protocol data units of DICOM's upper layer, PS3.8 section 9.3. */
export type Pdu =
  | (AssociateRequest & { readonly kind: "associate-request" })
  | (AssociateAccept & { readonly kind: "associate-accept" })
  | (Rejection & { readonly kind: "associate-reject" })
  | { readonly kind: "data"; readonly values: readonly DataValue[] }
  | { readonly kind: "release-request" }
  | { readonly kind: "release-reply" }
  | { readonly kind: "abort"; readonly source: number; readonly reason: number };

/** A fragment of a message. */
export interface DataValue {
  /** Of the presentation context, odd, 1 to 255. */
  readonly contextId: number;
  /** Else it belongs to a data set. */
  readonly isCommand: boolean;
  readonly isLast: boolean;
  readonly bytes: Buffer;
}

export interface AssociateRequest {
  /** Application entity titles: 1 to 16 characters, without the spaces that fill them up. */
  readonly calledAet: string;
  readonly callingAet: string;
  readonly contexts: readonly ProposedContext[];
  readonly user: UserInformation;
}

export interface AssociateAccept {
  readonly calledAet: string;
  readonly callingAet: string;
  readonly contexts: readonly AnsweredContext[];
  readonly user: UserInformation;
}

export interface ProposedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  /** At least one, the preferred one first. */
  readonly transferSyntaxes: readonly string[];
}

export interface AnsweredContext {
  readonly id: number;
  /** 0 accepted; 1, 2 refused; 3 abstract syntax, 4 transfer syntaxes not supported. */
  readonly result: number;
  /** Means something only if it was accepted. */
  readonly transferSyntax: string;
}

export interface UserInformation {
  /** Longest body of a P-DATA-TF that the sender of this takes, in bytes; 0: any. */
  readonly maxPduLength: number;
  /** Who takes which role for a SOP class, if it is not the usual one. */
  readonly roles: readonly Role[];
}

export interface Role {
  readonly sopClass: string;
  readonly isUser: boolean;
  readonly isProvider: boolean;
}

export interface Rejection {
  /** 1 permanent, 2 transient. */
  readonly result: number;
  /** 1 user, 2 and 3 provider. */
  readonly source: number;
  readonly reason: number;
}

/** The types of the units. */
export const pduType = {
  associateRequest: 0x01,
  associateAccept: 0x02,
  associateReject: 0x03,
  data: 0x04,
  releaseRequest: 0x05,
  releaseReply: 0x06,
  abort: 0x07,
} as const;

/** Type, a reserved byte and a length of four bytes. */
export const pduHeaderSize = 6;

/** Length, id of the context and flags, before the bytes of each value. */
export const dataValueHeaderSize = 6;

/** An association has at most so many: their ids are the odd numbers of one byte. */
export const maxContexts = 128;
