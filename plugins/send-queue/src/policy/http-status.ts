import { failure, type Failure } from "./failure.ts";

/** The bounds of what a server may ask us to wait, in milliseconds. */
const leastWaitMs = 1_000;
const mostWaitMs = 86_400_000;

/** What a status means for all that goes to a server. `waitMs`: what it asked for; null: it did not. */
export function judgeServer(status: number, waitMs: number | null): Failure {
  const code = `HTTP ${status}`;
  if (isTransient(status)) {
    const sentence = sentences[status] ?? "The server cannot take anything now.";
    return { ...failure("destination", "transient", code, sentence), waitMs };
  }
  return failure("destination", "configuration", code, configurationSentence(status));
}

/** 501 says that it never will; what is no status of an answer says nothing. */
function isTransient(status: number): boolean {
  if (status === 408 || status === 425 || status === 429) return true;
  return (status >= 500 && status !== 501) || status < 200;
}

const sentences: Readonly<Record<number, string>> = {
  401: "The server does not accept our name and password.",
  403: "The server does not allow us to store.",
  407: "A proxy wants to know who we are.",
  415: "The server does not take instances as they are sent here.",
  429: "The server wants fewer requests.",
  503: "The server has too much to do, or is being serviced.",
  507: "The server's storage is full.",
};

function configurationSentence(status: number): string {
  if (status < 400)
    return "The server sends us elsewhere; instances are not sent after a redirect.";
  return sentences[status] ?? "The server takes no instances under this URL.";
}

/** A server that answers so is not there, or does not let us in; null: it is there. */
export function judgeProbe(status: number, waitMs: number | null): Failure | null {
  const letsIn = status < 300 || ![401, 403, 407].includes(status);
  const isFailed = isTransient(status) || !letsIn || (status >= 300 && status < 400);
  return isFailed ? judgeServer(status, waitMs) : null;
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110 10.2.3); null: there is none that can be read. */
export function waitOf(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null) return null;
  const text = retryAfter.trim();
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(waitMs) ? null : Math.min(mostWaitMs, Math.max(leastWaitMs, waitMs));
}
