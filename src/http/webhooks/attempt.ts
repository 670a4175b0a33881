import { createHmac } from "node:crypto";
import type { Webhook } from "./webhook-options.ts";

/** What is to be delivered. */
export interface Delivery {
  /** The same for every attempt: by it a receiver knows what it has had already. */
  readonly id: string;
  readonly body: Uint8Array;
}

/** What came of an attempt. */
export type Attempted =
  | { readonly kind: "delivered" }
  /** It may be better later. `afterMs`: not before, says the receiver; null: it says nothing. */
  | { readonly kind: "again"; readonly why: string; readonly afterMs: number | null }
  /** It would be the same each time. */
  | { readonly kind: "refused"; readonly why: string }
  /** The receiver wants nothing more, ever. */
  | { readonly kind: "gone" };

/** Sends a delivery once. Never throws. `signal` ends it. */
export async function attempt(
  { url, key }: Webhook,
  { id, body }: Delivery,
  now: number,
  signal: AbortSignal,
): Promise<Attempted> {
  const timestamp = String(Math.floor(now / 1_000));
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "user-agent": "baton",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    ...(key !== null && { "webhook-signature": `v1,${signature(key, { id, timestamp, body })}` }),
  };
  try {
    const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
    const response = await fetch(url, init);
    // What it says beside the status interests nobody, and may never end.
    await response.body?.cancel();
    return outcomeOf(response, now);
  } catch (error) {
    return { kind: "again", why: reasonOf(error), afterMs: null };
  }
}

/** As in Standard Webhooks: HMAC-SHA256 of id, timestamp and body, in base64. */
function signature(
  key: Uint8Array,
  { id, timestamp, body }: Delivery & { readonly timestamp: string },
): string {
  return createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
}

/** Statuses of a client's error that pass. */
const passing: ReadonlySet<number> = new Set([408, 409, 421, 425, 429]);

function outcomeOf({ status, ok, headers }: Response, now: number): Attempted {
  if (ok) return { kind: "delivered" };
  if (status === 410) return { kind: "gone" };
  const why = `it answered ${status}`;
  if (status < 500 && !passing.has(status)) return { kind: "refused", why };
  return { kind: "again", why, afterMs: waitOf(headers.get("retry-after"), now) };
}

/** Retry-After: seconds, or a date. */
function waitOf(text: string | null, now: number): number | null {
  if (text === null) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** In words without an address: the path may be a secret. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it could not be reached";
  if (error.name === "TimeoutError") return "it did not answer in time";
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return `it could not be reached${code}`;
}
