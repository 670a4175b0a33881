/** One way to do a piece of work: ours, or a peer's. */
export interface Contender {
  readonly name: string;
  /** Does the work `n` times and answers how often a second. */
  readonly rate: (n: number) => Promise<number>;
}

/** A peer, or only its name when it is not installed. */
export type Peer = Contender | { readonly name: string; readonly rate: null };

/** Works once, and answers a rate for each thing it has measured: more is better. */
export type Instrument = (n: number) => Promise<Rates>;

/** By name. Of a duration it is how often it would pass in a second. */
export type Rates = Readonly<Record<string, number>>;

/** What stands beside what, by the names under which it was measured. */
export interface Pair {
  readonly ours: string;
  /** Absent if nobody has measured it. */
  readonly peer: string;
  readonly unit: string;
  /** Makes the figure shown, in `unit`, of a rate. Without it the rate is the figure. */
  readonly shown?: (rate: number) => number;
}

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
  /** As in a pair. */
  readonly shown?: (rate: number) => number;
}

/**
 * Runs ours and the peers in turn (ABCABC…), so that a noisy moment of the machine hits all.
 * Answers a figure for each of ours beside each peer, under the name of ours.
 */
export function compare(
  comparison: Comparison,
  ours: readonly Contender[],
  peers: readonly Peer[],
): Promise<readonly Figure[]> {
  const { n, runs, ...sort } = comparison;
  const contenders = [...ours, ...peers].filter((one): one is Contender => one.rate !== null);
  const instruments = contenders.map(({ name, rate }): Instrument => async (size) => ({
    [name]: await rate(size),
  }));
  const pairs = ours.flatMap((one) =>
    peers.map((peer) => ({ ours: one.name, peer: peer.name, ...sort })),
  );
  return interleave({ n, runs }, instruments, pairs);
}

/** As compare, of instruments that measure more than one thing at a time: a figure for each pair. */
export async function interleave(
  { n, runs }: { readonly n: number; readonly runs: number },
  instruments: readonly Instrument[],
  pairs: readonly Pair[],
): Promise<readonly Figure[]> {
  const series = new Map<string, number[]>();
  for (let run = 0; run < runs; run++) {
    for (const instrument of instruments) {
      // One at a time, or they would disturb each other.
      for (const [name, rate] of Object.entries(await instrument(n))) {
        series.set(name, [...(series.get(name) ?? []), rate]);
      }
    }
  }
  return pairs.map((pair) => figure(n, pair, series));
}

function figure(n: number, pair: Pair, series: ReadonlyMap<string, readonly number[]>): Figure {
  const { unit, shown = (rate) => rate } = pair;
  const ours = series.get(pair.ours);
  if (ours?.every(Number.isFinite) !== true) throw new Error(`"${pair.ours}" was not measured`);
  const peer = series.get(pair.peer) ?? [];
  const ratios = peer.map((rate, run) => (ours[run] ?? Number.NaN) / rate);
  const isAbsent = peer.length === 0;
  return {
    name: pair.ours,
    n,
    unit,
    ours: shown(median(ours)),
    peer: isAbsent ? null : shown(median(peer)),
    peerName: pair.peer,
    ratio: isAbsent ? null : median(ours) / median(peer),
    min: isAbsent ? null : Math.min(...ratios),
    max: isAbsent ? null : Math.max(...ratios),
    runs: ours.length,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
