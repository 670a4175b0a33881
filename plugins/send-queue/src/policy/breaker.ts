import { configurationProbeMs, delayOf, resourcesMs, type BackOff } from "./back-off.ts";
import type { Failure } from "./failure.ts";

/**
 * Whether a destination is sent to. While it is open nothing is, no instance's attempts move, and when
 * `until` has come one probe is made: if it fares well the destination is closed, which is good.
 */
export type Breaker =
  | { readonly kind: "closed"; readonly troubles: number }
  | {
      readonly kind: "open";
      /** Epoch milliseconds of the next probe. */
      readonly until: number;
      /** Failures in a row. */
      readonly failures: number;
      readonly why: Failure;
      /** When it opened, and when it failed last; epoch milliseconds. */
      readonly since: number;
      readonly failedAt: number;
    };

export const closedBreaker: Breaker = { kind: "closed", troubles: 0 };

/** So many associations may break in a row before all wait. */
const maxTroubles = 3;

/** Something was delivered, or an echo came back. */
export const succeeded = (): Breaker => closedBreaker;

/** Something went wrong with the destination or an association; nothing else gets here. */
export function failed(
  breaker: Breaker,
  why: Failure,
  {
    now,
    random,
    backOff,
  }: { readonly now: number; readonly random: number; readonly backOff: BackOff },
): Breaker {
  if (breaker.kind === "closed" && why.scope === "association") {
    const troubles = breaker.troubles + 1;
    if (troubles < maxTroubles) return { kind: "closed", troubles };
  }
  const failures = breaker.kind === "open" ? breaker.failures + 1 : 1;
  const since = breaker.kind === "open" ? breaker.since : now;
  const plain = Math.max(delayOf(backOff, failures, random), leastDelay(why));
  return { kind: "open", failures, why, since, failedAt: now, until: now + (why.waitMs ?? plain) };
}

/** When the next probe is due; at once if the clock was set back since: nobody knows how far. */
export const probeAt = (breaker: Breaker & { readonly kind: "open" }, now: number): number =>
  now < breaker.failedAt ? now : breaker.until;

/** Open, and its time has come: one probe may go out. */
export const mayProbe = (breaker: Breaker, now: number): boolean =>
  breaker.kind === "open" && probeAt(breaker, now) <= now;

/** Somebody has changed something and wants to know at once. */
export const probeNow = (breaker: Breaker, now: number): Breaker =>
  breaker.kind === "open" ? { ...breaker, until: now } : breaker;

function leastDelay({ kind, code }: Failure): number {
  if (kind === "configuration") return configurationProbeMs;
  return code.startsWith("A7") || withoutResources.has(code) ? resourcesMs : 0;
}

const withoutResources: ReadonlySet<string> = new Set(["0213", "HTTP 429", "HTTP 507"]);
