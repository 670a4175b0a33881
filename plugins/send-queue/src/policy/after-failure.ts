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

/** So often an association may break on an instance before that is sent by itself. */
const chargesBeforeAlone = 2;

/** What an association broke on lets the others go first, in milliseconds. */
const chargedMs = 250;

/**
 * `attempts`: those that were charged to this instance before. An association that breaks on it is a
 * charge; after two it goes alone, and if it breaks that one too, it is the reason.
 */
export function afterFailure(why: Failure, attempts: number, retriesMs: readonly number[]): Next {
  if (why.scope === "destination") return { kind: "wait" };
  if (why.kind === "permanent") return { kind: "give-up" };
  if (why.scope === "association") {
    const isAlone = attempts + 1 >= chargesBeforeAlone;
    return attempts >= chargesBeforeAlone
      ? { kind: "give-up" }
      : { kind: "retry", afterMs: chargedMs, isAlone };
  }
  const most = why.kind === "doubtful" ? doubtfulRetries : retriesMs.length;
  const afterMs = retriesMs[attempts];
  if (attempts >= most || afterMs === undefined) return { kind: "give-up" };
  return { kind: "retry", afterMs: why.waitMs ?? afterMs, isAlone: false };
}
