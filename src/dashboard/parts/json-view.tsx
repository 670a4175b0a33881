import type { JSX } from "preact";

/** Deeper than this, and behind so many, a value is shown as plain JSON. */
const deepest = 4;
const mostEntries = 100;

/** Any JSON, as names and values. */
export function JsonView({ value }: { readonly value: unknown }): JSX.Element {
  return <div class="json">{shown(value, 0)}</div>;
}

function shown(value: unknown, depth: number): JSX.Element {
  if (typeof value === "string") return <span class="string">{value === "" ? '""' : value}</span>;
  if (typeof value !== "object" || value === null)
    return <span class="plain-value">{String(value)}</span>;
  const entries = Object.entries(value);
  if (entries.length === 0) return <span class="quiet">{Array.isArray(value) ? "[]" : "{}"}</span>;
  if (depth === deepest || isShort(value)) return <code>{JSON.stringify(value)}</code>;
  return (
    <dl>
      {entries.slice(0, mostEntries).map(([name, entry]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{shown(entry, depth + 1)}</dd>
        </div>
      ))}
      {entries.length > mostEntries && <p class="quiet">and {entries.length - mostEntries} more</p>}
    </dl>
  );
}

/** A list of a few numbers reads best in a line. */
const isShort = (value: object): boolean =>
  Array.isArray(value) &&
  value.every((entry) => typeof entry !== "object") &&
  JSON.stringify(value).length < 60;
