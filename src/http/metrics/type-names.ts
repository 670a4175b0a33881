/** Stands for all types beyond the first hundred. */
export const otherTypes = "(other)";

/**
 * The types that have series of their own: the first ones. A plugin may make up as many names as it
 * likes, and whoever collects the figures keeps each series for ever.
 */
export class TypeNames {
  readonly #most: number;
  readonly #names = new Set<string>();

  constructor(most = 100) {
    this.#most = most;
  }

  of(type: string): string {
    if (this.#names.has(type)) return type;
    if (this.#names.size >= this.#most) return otherTypes;
    this.#names.add(type);
    return type;
  }
}
