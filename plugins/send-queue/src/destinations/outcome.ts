import { afterFailure } from "../policy/after-failure.ts";
import { failure, type Failure, type Verdict } from "../policy/failure.ts";
import type { Item, Outcome } from "../queue/item.ts";
import type { SendingPolicy } from "../settings/sending-policy.ts";

/** A warning is a failure where that is wanted: the peer has the instance, and somebody looks at it. */
export function judgedByPolicy(
  verdict: Verdict,
  { areWarningsFailures }: { readonly areWarningsFailures: boolean },
): Verdict {
  if (verdict.kind === "failed" || verdict.warning === null || !areWarningsFailures) return verdict;
  const sentence = "The peer has taken the instance, with a warning.";
  return { kind: "failed", failure: failure("instance", "permanent", verdict.warning, sentence) };
}

/** What is written down of an item that was tried. Null: it waits as before, and is not charged. */
export function outcomeOf(
  item: Pick<Item, "attempts" | "isAlone">,
  verdict: Verdict,
  { retriesMs, now }: { readonly retriesMs: readonly number[]; readonly now: number },
): Outcome | null {
  if (verdict.kind === "delivered") return { kind: "sent", warning: verdict.warning };
  const { code, sentence } = verdict.failure;
  const why = { code, sentence };
  const next = afterFailure(verdict.failure, item, retriesMs);
  switch (next.kind) {
    case "wait":
      return null;
    case "give-up":
      return { kind: "failed", why };
    case "retry":
      return { kind: "retry", dueAt: now + next.afterMs, isAlone: next.isAlone, why };
  }
}

/** Whether a destination is asked to answer for what it was sent. */
export const isToCommitAt = ({
  commitmentMs,
  isCommitmentAsked,
}: Pick<SendingPolicy, "commitmentMs" | "isCommitmentAsked">): boolean | "if-ordered" =>
  commitmentMs !== null && (isCommitmentAsked || "if-ordered");

/** The troubles of the destination in what one answer told: the same is one, however many it hits. */
export function troublesOf(verdicts: readonly { readonly verdict: Verdict }[]): readonly Failure[] {
  const troubles = new Map<string, Failure>();
  for (const { verdict } of verdicts) {
    if (verdict.kind === "delivered") continue;
    const { scope, code } = verdict.failure;
    if (scope === "destination" || scope === "association") troubles.set(code, verdict.failure);
  }
  return [...troubles.values()];
}
