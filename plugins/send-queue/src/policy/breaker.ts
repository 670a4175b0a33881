import { configurationProbeMs, delayOf, resourcesMs, type BackOff } from "./back-off.ts";
import type { Failure } from "./failure.ts";

/**
 * Whether a destination is sent to. While it is open nothing is, no instance's attempts move, and when
 * `until` has come one probe is made: if it fares well the destination is closed, which is good.
 */
export type Breaker =
  | {
      readonly kind: "closed";
      readonly troubles: number;
      /** It has answered since it was in trouble, and nothing was delivered yet; null: something was. */
      readonly before: Before | null;
    }
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
      /** Since when it fails in this way; epoch milliseconds. */
      readonly sameSince: number;
    };

/** A trouble of which nobody knows whether it is over: who answers may still have no room. */
interface Before {
  readonly failures: number;
  /** When it began, and when the destination answered; epoch milliseconds. */
  readonly since: number;
  readonly answeredAt: number;
}

export const closedBreaker: Breaker = { kind: "closed", troubles: 0, before: null };

/** So many associations may break in a row before all wait. */
const maxTroubles = 3;

/** Something was delivered. */
export const succeeded = (): Breaker => closedBreaker;

/** It was asked, and is there. It is sent to; if that fails it is the same trouble still. */
export function answered(breaker: Breaker, now: number): Breaker {
  if (breaker.kind === "closed") return { ...breaker, troubles: 0 };
  const { failures, since } = breaker;
  return { kind: "closed", troubles: 0, before: { failures, since, answeredAt: now } };
}

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
    if (troubles < maxTroubles) return { ...breaker, troubles };
  }
  const before = troubleBefore(breaker, now, backOff);
  const failures = before.failures + 1;
  const { since } = before;
  const isSame = breaker.kind === "open" && breaker.why.code === why.code;
  const sameSince = isSame ? breaker.sameSince : now;
  const judged = now - sameSince >= stubbornMs ? lastingly(why) : why;
  const until = now + (why.waitMs ?? delayAfter(judged, failures, random, backOff));
  return { kind: "open", failures, why: judged, since, failedAt: now, sameSince, until };
}

/** The trouble that goes on, or one that begins. */
function troubleBefore(
  breaker: Breaker,
  now: number,
  { capMs }: BackOff,
): Pick<Before, "failures" | "since"> {
  if (breaker.kind === "open") return breaker;
  const { before } = breaker;
  // It was well for long enough: to send something takes its time, too.
  const isOver = before === null || now - before.answeredAt > Math.max(capMs, resourcesMs);
  return isOver ? { failures: 0, since: now } : before;
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

function delayAfter(why: Failure, failures: number, random: number, backOff: BackOff): number {
  if (why.kind === "configuration") {
    return Math.max(delayOf(backOff, failures, random), configurationProbeMs);
  }
  if (!why.code.startsWith("A7") && !withoutResources.has(why.code)) {
    return delayOf(backOff, failures, random);
  }
  const { firstMs, capMs } = backOff;
  const slow = {
    ...backOff,
    firstMs: Math.max(firstMs, resourcesMs),
    capMs: Math.max(capMs, resourcesMs),
  };
  return Math.max(delayOf(slow, failures, random), resourcesMs);
}

/** Who rejects without a reason is overloaded, perhaps; not for so long, in milliseconds. */
const stubbornMs = 3_600_000;

/** What a failure means that has been the same for so long. */
const lastingly = (why: Failure): Failure =>
  why.code === "rejected 1/1/1"
    ? {
        ...why,
        kind: "configuration",
        sentence: "The peer has rejected associations for an hour, without a reason.",
      }
    : why;

const withoutResources: ReadonlySet<string> = new Set(["0213", "HTTP 429", "HTTP 507"]);
