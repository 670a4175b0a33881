import assert from "node:assert/strict";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
  /** Names and labels of the samples. */
  readonly keys: Set<string>;
}

/**
 * Reads Prometheus' text and refuses whatever the format (0.0.4) does not allow: every family has HELP,
 * then TYPE, then its samples, all in one place, and no sample comes twice.
 */
export function readExposition(text: string): ReadonlyMap<string, Family> {
  assert.ok(text.endsWith("\n"), "the last line must end");
  const reader = new Reader();
  for (const line of text.slice(0, -1).split("\n")) if (line !== "") reader.read(line);
  for (const family of reader.families.values()) {
    if (family.type === "histogram") checkHistogram(family);
  }
  return reader.families;
}

class Reader {
  readonly families = new Map<string, Family>();
  #help: readonly [name: string, help: string] = ["", ""];
  #family: Family | null = null;

  read(line: string): void {
    const [, kind, name = "", rest = ""] =
      /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
    if (kind === "HELP") this.#help = [name, rest];
    else if (kind === "TYPE") this.#begin(name, rest);
    else {
      assert.ok(this.#family, `a sample of no family: ${line}`);
      addSample(this.#family, readSample(line));
    }
  }

  #begin(name: string, type: string): void {
    assert.match(type, /^(counter|gauge|histogram|summary|untyped)$/);
    assert.equal(this.#help[0], name, "TYPE without its HELP");
    assert.ok(!this.families.has(name), `a family in two places: ${name}`);
    this.#family = { name, type, help: this.#help[1], samples: [], keys: new Set() };
    this.families.set(name, this.#family);
    this.#help = ["", ""];
  }
}

function readSample(line: string): Sample {
  const parts = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (NaN|[+-]?Inf|[+-]?[\d.]+(?:e[+-]?\d+)?)$/.exec(
    line,
  );
  assert.ok(parts, `no sample: ${line}`);
  const [, name = "", labelText = "", value = ""] = parts;
  const labels: Record<string, string> = {};
  let rest = labelText;
  while (rest !== "") {
    const label = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest);
    assert.ok(label, `no label: ${rest}`);
    const [whole, key = "", text = ""] = label;
    assert.ok(!(key in labels), `a label twice: ${line}`);
    labels[key] = text.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
    rest = rest.slice(whole.length);
  }
  return { name, labels, value: Number(value.replace("Inf", "Infinity")) };
}

function addSample(family: Family, sample: Sample): void {
  const names: Readonly<Record<string, readonly string[]>> = {
    histogram: ["_bucket", "_sum", "_count"],
    summary: ["", "_sum", "_count"],
  };
  const allowed = (names[family.type] ?? [""]).map((end) => family.name + end);
  assert.ok(allowed.includes(sample.name), `${sample.name} stands with ${family.name}`);
  const key = JSON.stringify([sample.name, Object.entries(sample.labels).map(String).toSorted()]);
  assert.ok(!family.keys.has(key), `a sample twice: ${key}`);
  family.keys.add(key);
  family.samples.push(sample);
}

/** Buckets grow to +Inf, which is the count. */
function checkHistogram({ name, samples }: Family): void {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).map(String).toSorted());
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, each] of series) {
    const buckets = each.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels["le"]?.replace("Inf", "Infinity")));
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      bounds,
      bounds.toSorted((a, b) => a - b),
      `${name} ${key}: order`,
    );
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
      `${name} ${key}: not cumulative`,
    );
    assert.equal(bounds.at(-1), Infinity, `${name} ${key}: no +Inf`);
    const count = each.find((sample) => sample.name === `${name}_count`);
    assert.equal(counts.at(-1), count?.value, `${name} ${key}: count`);
    assert.ok(
      each.some((sample) => sample.name === `${name}_sum`),
      `${name} ${key}: no sum`,
    );
  }
}
