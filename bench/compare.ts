/** One way to do a piece of work: ours, or a peer's. */
export interface Contender {
  readonly name: string;
  /** Does the work `n` times and answers how often a second. */
  rate(n: number): Promise<number>;
}

/** A peer, or only its name when it is not installed. */
export type Peer = Contender | { readonly name: string; readonly rate: null };

/** How much is measured. */
export interface Extent {
  /** How often each contender does the work. */
  readonly runs: number;
  /** Larger sizes are left out. */
  readonly largest: number;
}

/** One line of `--json`: `ratio` above 1 means that ours is better. */
export interface Figure {
  readonly name: string;
  readonly n: number;
  readonly unit: string;
  /** Medians. */
  readonly ours: number;
  readonly peer: number | null;
  readonly peerName: string;
  /** Median over median; null: the peer is absent. */
  readonly ratio: number | null;
  /** The lowest and the highest ratio of two neighbouring runs. */
  readonly min: number | null;
  readonly max: number | null;
  readonly runs: number;
}

/** Why nothing can be measured here, as one sentence. */
export class Unable extends Error {}

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly n: number;
  readonly runs: number;
}

/** Runs ours and the peers in turn (ABCABC…), so that a noisy moment of the machine hits all. */
export async function compare(
  comparison: Comparison,
  ours: Contender,
  peers: readonly Peer[],
): Promise<readonly Figure[]> {
  const rates = new Map<string, number[]>();
  const contenders = [ours, ...peers.filter((peer): peer is Contender => peer.rate !== null)];
  for (let run = 0; run < comparison.runs; run++) {
    for (const contender of contenders) {
      // One at a time, or they would disturb each other.
      const rate = await contender.rate(comparison.n);
      rates.set(contender.name, [...(rates.get(contender.name) ?? []), rate]);
    }
  }
  const own = rates.get(ours.name) ?? [];
  return peers.map((peer) => figure(comparison, own, peer.name, rates.get(peer.name) ?? []));
}

function figure(
  comparison: Comparison,
  ours: readonly number[],
  peerName: string,
  peer: readonly number[],
): Figure {
  const ratios = peer.map((rate, run) => (ours[run] ?? 0) / rate);
  const isAbsent = peer.length === 0;
  const { name, n, unit, runs } = comparison;
  return {
    name,
    n,
    unit,
    ours: median(ours),
    peer: isAbsent ? null : median(peer),
    peerName,
    ratio: isAbsent ? null : median(ours) / median(peer),
    min: isAbsent ? null : Math.min(...ratios),
    max: isAbsent ? null : Math.max(...ratios),
    runs,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
