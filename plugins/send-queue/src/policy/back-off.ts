/** How long to wait after the nth failure in a row. */
export interface BackOff {
  readonly firstMs: number;
  readonly factor: number;
  readonly capMs: number;
  /** Spread to both sides, 0 to 1, so that many do not come back at once. */
  readonly jitter: number;
}

/** For a destination: asking is cheap, and nobody's attempts are counted. Never given up. */
export const destinationBackOff: BackOff = {
  firstMs: 5_000,
  factor: 2,
  capMs: 600_000,
  jitter: 0.2,
};

/** A destination that somebody has to configure is asked so often, in milliseconds. */
export const configurationProbeMs = 900_000;

/** A destination without resources is left alone for so long at least, in milliseconds. */
export const resourcesMs = 60_000;

/** What an instance is given after each transient failure of its own, in milliseconds; then it is an error. */
export const instanceRetriesMs: readonly number[] = [
  30_000, 120_000, 600_000, 1_800_000, 7_200_000,
];

/** What "doubtful" is given of them. */
export const doubtfulRetries = 2;

/** `failures`: so many in a row, at least 1; `random`: 0 to 1. In milliseconds. */
export function delayOf(
  { firstMs, factor, capMs, jitter }: BackOff,
  failures: number,
  random: number,
): number {
  const plain = Math.min(capMs, firstMs * factor ** (failures - 1));
  return Math.round(plain * (1 + jitter * (2 * random - 1)));
}
