import { afterFailure } from "../policy/after-failure.ts";
import { failure, type Failure, type Verdict } from "../policy/failure.ts";
import type { Outcome } from "../queue/item.ts";

/** A warning is a failure where that is wanted: the peer has the instance, and somebody looks at it. */
export function judgedByPolicy(
  verdict: Verdict,
  { areWarningsFailures }: { readonly areWarningsFailures: boolean },
): Verdict {
  if (verdict.kind === "failed" || verdict.warning === null || !areWarningsFailures) return verdict;
  const sentence = "The peer has taken the instance, with a warning.";
  return { kind: "failed", failure: failure("instance", "permanent", verdict.warning, sentence) };
}

/** What becomes of an item that failed so. Null: it waits as before, and is not charged. */
export function outcomeOf(
  why: Failure,
  {
    attempts,
    retriesMs,
    now,
  }: { readonly attempts: number; readonly retriesMs: readonly number[]; readonly now: number },
): Outcome | null {
  const { code, sentence } = why;
  const next = afterFailure(why, attempts, retriesMs);
  switch (next.kind) {
    case "wait":
      return null;
    case "give-up":
      return { kind: "failed", why: { code, sentence } };
    case "retry": {
      const dueAt = now + next.afterMs;
      return { kind: "retry", dueAt, isAlone: next.isAlone, why: { code, sentence } };
    }
  }
}
