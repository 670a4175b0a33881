import { doubtfulRetries } from "./back-off.ts";
import type { Failure } from "./failure.ts";

/** What becomes of an instance that was not delivered. */
export type Next =
  /** It waits for its destination, as all of them do; it is not charged. */
  | { readonly kind: "wait" }
  /** It is tried again after so many milliseconds, by itself if `isAlone`. */
  | { readonly kind: "retry"; readonly afterMs: number; readonly isAlone: boolean }
  /** To the error queue: somebody looks at it. */
  | { readonly kind: "give-up" };

/** So many charges an instance may have before what breaks on it is one that it has for itself. */
const chargesBeforeAlone = 2;

/** What an association broke on lets the others go first, in milliseconds. */
const chargedMs = 250;

/** What is known of an instance that was not delivered. */
export interface Charged {
  /** Failures that were charged to it before, of whatever kind. */
  readonly attempts: number;
  /** It was on an association of its own: nothing else can be the reason. */
  readonly isAlone: boolean;
}

/**
 * An association that breaks on an instance is a charge; after two charges it goes alone, and if it
 * breaks that one too, it is the reason.
 */
export function afterFailure(
  why: Failure,
  { attempts, isAlone }: Charged,
  retriesMs: readonly number[],
): Next {
  if (why.scope === "destination") return { kind: "wait" };
  if (why.kind === "permanent") return { kind: "give-up" };
  if (why.scope === "association") {
    if (isAlone) return { kind: "give-up" };
    return { kind: "retry", afterMs: chargedMs, isAlone: attempts + 1 >= chargesBeforeAlone };
  }
  const most = why.kind === "doubtful" ? (why.retries ?? doubtfulRetries) : retriesMs.length;
  const afterMs = retriesMs[attempts];
  if (attempts >= most || afterMs === undefined) return { kind: "give-up" };
  return { kind: "retry", afterMs: why.waitMs ?? afterMs, isAlone: false };
}
