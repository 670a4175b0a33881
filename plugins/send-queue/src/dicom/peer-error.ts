import type { Pdu, Rejection } from "./pdu.ts";

/** What went wrong between us and a peer, for the policy to judge. */
export type PeerTrouble =
  /** No connection: `code` is that of the system or of TLS, as "ECONNREFUSED". */
  | { readonly kind: "unreachable"; readonly code: string }
  /** There was no TLS, or none that both trust. `isOurs`: for a certificate or key that we have. */
  | { readonly kind: "tls"; readonly code: string; readonly isOurs?: boolean }
  | (Rejection & { readonly kind: "rejected" })
  /** It sent A-ABORT. */
  | { readonly kind: "aborted"; readonly source: number; readonly reason: number }
  /** The connection ended without a word. */
  | { readonly kind: "closed"; readonly code: string }
  /** Nothing moved for so long. */
  | { readonly kind: "silent"; readonly phase: Phase; readonly afterMs: number }
  /** It said what nobody may say here. */
  | { readonly kind: "protocol"; readonly detail: string }
  /** We ended it: canceled, or closing. */
  | { readonly kind: "ended" };

/** What was waited for. */
export type Phase = "connect" | "association" | "progress" | "response" | "release";

/** The association is dead, whatever the reason: it must never be used again. */
export class PeerError extends Error {
  override readonly name = "PeerError";
  readonly trouble: PeerTrouble;

  constructor(trouble: PeerTrouble) {
    super(describeTrouble(trouble));
    this.trouble = trouble;
  }
}

/** It sent what nobody may say here, in words. */
export const itSent = (what: string): PeerError =>
  new PeerError({ kind: "protocol", detail: `it sent ${what}` });

/** It sent a PDU that is not the one whose turn it is. */
export const unexpected = (pdu: Pdu): PeerError =>
  pdu.kind === "abort"
    ? new PeerError({ kind: "aborted", source: pdu.source, reason: pdu.reason })
    : itSent(`${pdu.kind} out of turn`);

/** One sentence, without any patient's data. */
function describeTrouble(trouble: PeerTrouble): string {
  switch (trouble.kind) {
    case "unreachable":
      return `The peer cannot be reached (${trouble.code}).`;
    case "tls":
      return trouble.isOurs === true
        ? `Our own certificate or key cannot be used (${trouble.code}).`
        : `No TLS with the peer (${trouble.code}).`;
    case "rejected":
      return `The peer rejected the association: ${describeRejection(trouble)}.`;
    case "aborted":
      return `The peer aborted the association (source ${trouble.source}, reason ${trouble.reason}).`;
    case "closed":
      return `The peer closed the connection (${trouble.code}).`;
    case "silent":
      return `Nothing came from the peer for ${trouble.afterMs / 1000} s (waiting for: ${trouble.phase}).`;
    case "protocol":
      return `The peer does not speak DICOM as it must: ${trouble.detail}.`;
    case "ended":
      return "The association was ended here.";
  }
}

/** PS3.8 table 9-21: the words for result, source and reason. */
function describeRejection({ result, source, reason }: Rejection): string {
  const words = rejectionReasons[`${source}/${reason}`] ?? `source ${source}, reason ${reason}`;
  return `${words} (${result === 2 ? "transient" : "permanent"})`;
}

const rejectionReasons: Readonly<Record<string, string>> = {
  "1/1": "no reason given",
  "1/2": "application context not supported",
  "1/3": "it does not know our AE title",
  "1/7": "it does not have the AE title that we called",
  "2/1": "no reason given by the protocol layer",
  "2/2": "protocol version not supported",
  "3/1": "it is congested",
  "3/2": "it has as many associations as it takes",
};
