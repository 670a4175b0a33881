import { failure, type Verdict } from "../policy/failure.ts";

/** A warning is a failure where that is wanted: the peer has the instance, and somebody looks at it. */
export function judgedByPolicy(
  verdict: Verdict,
  { areWarningsFailures }: { readonly areWarningsFailures: boolean },
): Verdict {
  if (verdict.kind === "failed" || verdict.warning === null || !areWarningsFailures) return verdict;
  const sentence = "The peer has taken the instance, with a warning.";
  return { kind: "failed", failure: failure("instance", "permanent", verdict.warning, sentence) };
}
