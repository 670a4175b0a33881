import type { ThreadWork } from "../../../src/progress.ts";

interface Order {
  readonly upTo: number;
  /** Go round and round, until it is stopped. */
  readonly isEndless?: boolean;
}

/** Counts primes by trial division, without ever resting. */
export const work: ThreadWork<Order, number> = (control, { upTo, isEndless = false }) => {
  control.setTotal(upTo);
  control.log("info", `up to ${upTo}`);
  let primes = 0;
  const rounds = isEndless ? Infinity : 1;
  for (let round = 0; round < rounds; round++) {
    for (let number = 2; number <= upTo; number++) {
      if (isPrime(number)) primes += 1;
      if (round === 0) control.report(number);
      if (control.signal.aborted) return primes;
    }
  }
  return primes;
};

function isPrime(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor++) {
    if (number % factor === 0) return false;
  }
  return true;
}
