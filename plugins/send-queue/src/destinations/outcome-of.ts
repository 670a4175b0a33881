import { afterFailure } from "../policy/after-failure.ts";
import type { Failure } from "../policy/failure.ts";
import type { Outcome } from "../queue/item.ts";
import type { Tried } from "./sender.ts";

/** What is written down of an instance that was tried. Null: it waits as before, and is not charged. */
export function outcomeOf(
  { item, verdict }: Tried,
  retriesMs: readonly number[],
  now: number,
): Outcome | null {
  if (verdict.kind === "delivered") return { kind: "sent", warning: verdict.warning };
  const next = afterFailure(verdict.failure, item.attempts, retriesMs);
  const { code, sentence } = verdict.failure;
  const why = { code, sentence };
  switch (next.kind) {
    case "wait":
      return null;
    case "give-up":
      return { kind: "failed", why };
    case "retry":
      return { kind: "retry", dueAt: now + next.afterMs, isAlone: next.isAlone, why };
  }
}

/** The troubles of the destination in what one answer told: the same is one, however many it hits. */
export function troublesOf(tried: readonly Tried[]): readonly Failure[] {
  const troubles = new Map<string, Failure>();
  for (const { verdict } of tried) {
    if (verdict.kind === "delivered") continue;
    const { scope, code } = verdict.failure;
    if (scope === "destination" || scope === "association") troubles.set(code, verdict.failure);
  }
  return [...troubles.values()];
}
