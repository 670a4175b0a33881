// Durations as rates (compare.ts), and back.
import { perSecond } from "./plugin-clock.ts";
import type { Pair, Rates } from "./compare.ts";

/** How often so many milliseconds pass in a second. */
export const rateOfMs = (ms: number): number => 1_000 / ms;

/** The milliseconds of a rate. */
export const milliseconds = (rate: number): number => 1e3 / rate;

/** Two durations, side by side. */
export const pairOfMs = (ours: string, peer: string): Pair => ({
  ours,
  peer,
  unit: "ms",
  shown: milliseconds,
});

/** Of a text "<p50> <p99>" in nanoseconds, as plugins answer. */
export function percentileRates(name: string, text: string): Rates {
  const [p50, p99] = text.split(" ");
  return { [`${name}, p50`]: perSecond(1, p50), [`${name}, p99`]: perSecond(1, p99) };
}

/** The same of samples in milliseconds. */
export function ratesOfSamples(name: string, samples: readonly number[]): Rates {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { [`${name}, p50`]: rateOfMs(at(0.5)), [`${name}, p99`]: rateOfMs(at(0.99)) };
}
