import type { Failure } from "../policy/failure.ts";
import type { Target } from "../settings/settings.ts";

/** Why nothing is sent to a destination, which may not be configured any more: the code, where it is, a sentence. */
export function lastErrorOf(target: Target | null, { scope, code, sentence }: Failure): string {
  const where = target === null || scope === "local" ? "" : ` ${placeOf(target)}`;
  return `${code}${where}: ${sentence}`;
}

function placeOf({ address }: Target): string {
  // Of a URL only who it is: the rest may be a secret.
  return "url" in address ? address.url.host : `${address.host}:${address.port}`;
}
