import { JobEngineError } from "../../core/errors.ts";

/** What one client, and all of them together, may take of the host. */
export interface Limits {
  /** Largest body of a request, in bytes. Default 1 MiB. More: 413. */
  readonly bodyBytes: number;
  /** Longest path and headers together, in bytes. Default 16 KiB. More: 431. */
  readonly headBytes: number;
  /** Most headers of a request. Default 100. More: 431. */
  readonly headers: number;
  /** Within this the head of a request must have arrived, in milliseconds. Default 10 s. Else 408. */
  readonly headTimeoutMs: number;
  /** Within this all of a request must have arrived, in milliseconds. Default 30 s. Else 408. */
  readonly requestTimeoutMs: number;
  /** Most connections. Default 1,000. More are closed without an answer. */
  readonly connections: number;
  /** Most connections from an address of another machine. Default 100. More are closed. */
  readonly connectionsPerAddress: number;
  /**
   * Most requests a second from an address of another machine, over any time; twice as many may come
   * at once. Default 200; 0: no bound. More: 429.
   */
  readonly requestsPerSecond: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 1_048_576,
  headBytes: 16_384,
  headers: 100,
  headTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  connections: 1_000,
  connectionsPerAddress: 100,
  requestsPerSecond: 200,
};

/** From and to. */
const ranges: Readonly<Record<keyof Limits, readonly [number, number]>> = {
  bodyBytes: [1_024, 1_073_741_824],
  headBytes: [1_024, 1_048_576],
  // Node.js leaves out what comes after 2,000.
  headers: [10, 1_000],
  headTimeoutMs: [100, 3_600_000],
  requestTimeoutMs: [100, 86_400_000],
  connections: [1, 1_000_000],
  connectionsPerAddress: [1, 1_000_000],
  requestsPerSecond: [0, 1_000_000],
};

/** Applies the defaults. @throws {JobEngineError} CONFIG_INVALID */
export function completeLimits(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given) as readonly [string, unknown][]) {
    const range = Object.hasOwn(ranges, name) ? ranges[name as keyof Limits] : undefined;
    if (range === undefined) throw invalid(`there is no option "${name}" of limits`);
    const [least, most] = range;
    const isFine = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
    if (!isFine) {
      throw invalid(
        `${name} must be a whole number from ${least} to ${most}, not ${String(value)}`,
      );
    }
  }
  const limits = { ...defaultLimits, ...given };
  // Whoever takes the time of a whole request for its head has it.
  return { ...limits, headTimeoutMs: Math.min(limits.headTimeoutMs, limits.requestTimeoutMs) };
}

const invalid = (detail: string): JobEngineError => new JobEngineError("CONFIG_INVALID", detail);
