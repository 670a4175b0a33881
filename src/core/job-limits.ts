/** How many jobs may run at a time, beside the number of slots. */
export interface JobLimits {
  /** By the name of a type, of whichever plugin. 0: no limit. Default: none. */
  readonly perType: Readonly<Record<string, number>>;
  /**
   * By key. A name that ends in `*` stands for every key that begins so, each counted by itself; an
   * exact name goes before it, and a longer beginning before a shorter one. 0: no limit. Default:
   * none.
   */
  readonly perKey: Readonly<Record<string, number>>;
}

export const noLimits: JobLimits = { perType: {}, perKey: {} };

/** Whether anything is limited. */
export const hasLimits = ({ perType, perKey }: JobLimits): boolean =>
  [perType, perKey].some((limits) => Object.values(limits).some((limit) => limit > 0));

/** Looks limits up. */
export class LimitTable {
  readonly #types: ReadonlyMap<string, number>;
  readonly #keys: ReadonlyMap<string, number>;
  /** What stands before the `*`, the longest first. */
  readonly #beginnings: readonly (readonly [beginning: string, limit: number])[];

  constructor({ perType, perKey }: JobLimits) {
    this.#types = new Map(Object.entries(perType));
    const keys = Object.entries(perKey);
    this.#keys = new Map(keys.filter(([name]) => !name.endsWith("*")));
    this.#beginnings = keys
      .filter(([name]) => name.endsWith("*"))
      .map(([name, limit]) => [name.slice(0, -1), limit] as const)
      .toSorted(([a], [b]) => b.length - a.length);
  }

  /** Null: none. */
  ofType(type: string): number | null {
    return limitOrNone(this.#types.get(type));
  }

  /** Null: none. */
  ofKey(key: string): number | null {
    const exact = this.#keys.get(key);
    if (exact !== undefined) return limitOrNone(exact);
    return limitOrNone(this.#beginnings.find(([beginning]) => key.startsWith(beginning))?.[1]);
  }
}

function limitOrNone(limit: number | undefined): number | null {
  return limit === undefined || limit === 0 ? null : limit;
}
