/** One way to do a piece of work: ours, or a peer's. */
export interface Contender {
  readonly name: string;
  /** Does the work `n` times and answers how often a second. */
  readonly rate: (n: number) => Promise<number>;
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

/** One line of `--json`. `ratio` above 1 means that ours is better, whatever the unit. */
export interface Figure {
  readonly name: string;
  readonly n: number;
  readonly unit: string;
  /** Medians, in `unit`. */
  readonly ours: number;
  readonly peer: number | null;
  readonly peerName: string;
  /** Of the rates, median over median; null: the peer is absent. */
  readonly ratio: number | null;
  /** The lowest and the highest ratio of two neighbouring runs. */
  readonly min: number | null;
  readonly max: number | null;
  readonly runs: number;
}

/** Why nothing can be measured here, as one sentence. */
export class Unable extends Error {}

export interface Comparison {
  readonly unit: string;
  readonly n: number;
  readonly runs: number;
  /** Makes the figure shown, in `unit`, of a rate. Without it the rate is the figure. */
  readonly shown?: (rate: number) => number;
}

/**
 * Runs ours and the peers in turn (ABCABC…), so that a noisy moment of the machine hits all.
 * Answers a figure for each of ours beside each peer, under the name of ours.
 */
export async function compare(
  comparison: Comparison,
  ours: readonly Contender[],
  peers: readonly Peer[],
): Promise<readonly Figure[]> {
  const contenders = [...ours, ...peers].filter((one): one is Contender => one.rate !== null);
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let run = 0; run < comparison.runs; run++) {
    for (const { name, rate } of contenders) {
      // One at a time, or they would disturb each other.
      rates.get(name)?.push(await rate(comparison.n));
    }
  }
  const seriesOf = ({ name }: Peer): Series => ({ name, rates: rates.get(name) ?? [] });
  return ours.flatMap((one) =>
    peers.map((peer) => figure(comparison, seriesOf(one), seriesOf(peer))),
  );
}

interface Series {
  readonly name: string;
  /** One a run; none if it is absent. */
  readonly rates: readonly number[];
}

function figure(comparison: Comparison, ours: Series, peer: Series): Figure {
  const { n, unit, runs, shown = (rate) => rate } = comparison;
  const ratios = peer.rates.map((rate, run) => (ours.rates[run] ?? Number.NaN) / rate);
  const isAbsent = peer.rates.length === 0;
  return {
    name: ours.name,
    n,
    unit,
    ours: shown(median(ours.rates)),
    peer: isAbsent ? null : shown(median(peer.rates)),
    peerName: peer.name,
    ratio: isAbsent ? null : median(ours.rates) / median(peer.rates),
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
