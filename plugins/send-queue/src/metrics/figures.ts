/** Names and values; neither a patient's nor anything of an instance. */
export type Labels = Readonly<Record<string, string>>;

/** One family of figures, in Prometheus' text. */
export function family(
  { name, type, help }: { readonly name: string; readonly type: string; readonly help: string },
  samples: readonly (readonly [labels: Labels, value: number])[],
): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

export function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
    return `${name}="${escaped}"`;
  });
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

/** How often something of each size was seen. */
export class Histogram {
  readonly #bounds: readonly number[];
  /** One for each bound, and one for what is above them all. */
  readonly #counts: number[];
  #sum = 0;

  /** `bounds`: upper ones, ascending. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = [...bounds, Infinity].map(() => 0);
  }

  observe(value: number): void {
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const index = found === -1 ? this.#bounds.length : found;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  /** Its samples, below the name of its family. */
  text(name: string, labels: Labels): string {
    let count = 0;
    const buckets = this.#counts.map((each, index) => {
      count += each;
      const le = String(this.#bounds[index] ?? "+Inf");
      return `${name}_bucket${labelText({ ...labels, le })} ${count}\n`;
    });
    const own = labelText(labels);
    return `${buckets.join("")}${name}_sum${own} ${this.#sum}\n${name}_count${own} ${count}\n`;
  }
}
