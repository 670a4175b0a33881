const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of "500ms", "10s", "30m", "12h" or "7d", and of a number of seconds; null: it is none of these. */
export function readDuration(given: string | number): number | null {
  if (typeof given === "number") return given >= 0 ? given * 1_000 : null;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(given) ?? [];
  const unitMs = unitsMs[unit ?? ""];
  return unitMs === undefined ? null : Number(amount) * unitMs;
}
