import type { PeerTrouble } from "../dicom/peer-error.ts";
import type { Rejection } from "../dicom/pdu.ts";
import { failure, type Failure, type Kind } from "./failure.ts";

/**
 * What it means that an association was not to be had, or broke. `isInFlight`: in the middle of an
 * instance, which may be the reason for it.
 */
export function judgeTrouble(trouble: PeerTrouble, isInFlight: boolean): Failure {
  const scope = isInFlight ? "association" : "destination";
  switch (trouble.kind) {
    case "unreachable":
      return failure("destination", "transient", trouble.code, "The peer cannot be reached.");
    case "tls":
      return judgeTls(trouble);
    case "rejected":
      return judgeRejection(trouble);
    case "aborted":
      return failure(scope, "transient", "A-ABORT", "The peer aborted the association.");
    case "closed":
      return failure(scope, "transient", trouble.code, "The peer closed the connection.");
    case "silent":
      return failure(
        scope,
        "transient",
        "TIMED_OUT",
        `Nothing came from the peer for ${trouble.afterMs / 1000} s.`,
      );
    case "protocol":
      return failure(
        scope,
        "transient",
        "PROTOCOL",
        `The peer broke the protocol: ${trouble.detail}.`,
      );
    case "ended":
      return failure(scope, "transient", "ENDED", "The association was ended here.");
  }
}

function judgeTls({ code, isOurs = false }: PeerTrouble & { readonly kind: "tls" }): Failure {
  const words = "Our own certificate or key cannot be used.";
  if (isOurs) return failure("destination", "configuration", code, words);
  return failure("destination", tlsKind(code), code, tlsSentence(code));
}

/** A handshake that breaks off is mostly one with a peer that has no TLS; it may be its restart. */
const tlsKind = (code: string): Kind => (isBreakOff(code) ? "transient" : "configuration");

function tlsSentence(code: string): string {
  if (isBreakOff(code)) {
    return "The peer broke off the TLS handshake: it may not speak TLS on this port.";
  }
  if (noTls.has(code)) return "The peer does not speak TLS on this port.";
  return refusesUs.test(code)
    ? "The peer does not accept our certificate, or wants one."
    : "The peer's certificate is not to be trusted.";
}

/** What was no answer of TLS. */
const noTls: ReadonlySet<string> = new Set([
  "ERR_SSL_HTTP_REQUEST",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_WRONG_VERSION_NUMBER",
]);

const refusesUs =
  /ALERT_(CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_|HANDSHAKE_FAILURE|ACCESS_DENIED)/;

const isBreakOff = (code: string): boolean => code === "ECONNRESET" || code === "EPROTO";

function judgeRejection({ result, source, reason }: Rejection): Failure {
  const code = `rejected ${result}/${source}/${reason}`;
  const words = sentences[`${source}/${reason}`] ?? "The peer rejected the association.";
  return failure(
    "destination",
    isConfiguration(result, source, reason) ? "configuration" : "transient",
    code,
    words,
  );
}

/**
 * A peer that is overloaded often rejects for good and without a reason: that is not believed. Only
 * what names a wrong title or version needs somebody to change it.
 */
function isConfiguration(result: number, source: number, reason: number): boolean {
  if (result === 2 || source === 3) return false;
  return source === 2 ? reason === 2 : reason !== 1;
}

const sentences: Readonly<Record<string, string>> = {
  "1/1": "The peer rejected the association without a reason: it may be overloaded.",
  "1/2": "The peer does not know DICOM's application context.",
  "1/3": "The peer does not know our AE title.",
  "1/7": "The peer does not have the AE title that we called.",
  "2/2": "The peer does not speak our version of the protocol.",
  "3/1": "The peer is congested.",
  "3/2": "The peer has as many associations as it takes.",
};

/** What a presentation context that was not accepted means for the instances that need it. */
export function judgeContext(result: number | null): Failure {
  switch (result) {
    case null:
      return failure(
        "instance",
        "transient",
        "context none",
        "The peer did not answer a presentation context.",
      );
    case 3:
      return failure(
        "instance",
        "permanent",
        "context 3",
        "The peer does not take this SOP class.",
      );
    case 4:
      return failure(
        "instance",
        "permanent",
        "context 4",
        "The peer does not take this transfer syntax.",
      );
    default:
      return {
        ...failure(
          "instance",
          "doubtful",
          `context ${result}`,
          "The peer refused a presentation context.",
        ),
        retries: refusedContextRetries,
      };
  }
}

/** What is refused for the moment, or without a reason, is tried again so often. */
const refusedContextRetries = 3;
