import { SettingsInvalid } from "./invalid.ts";

/** Where instances go instead, and how long a destination has to be away before. */
export interface Alternate {
  readonly to: string;
  readonly afterMs: number;
}

/** What can have an alternate, by name. */
type Alternates = ReadonlyMap<string, { readonly alternate: Alternate | null }>;

/** @throws {SettingsInvalid} an alternate is no destination, or leads back to where it began */
export function requireAlternates(destinations: Alternates): void {
  for (const [name, { alternate }] of destinations) {
    if (alternate === null) continue;
    if (!destinations.has(alternate.to)) {
      throw new SettingsInvalid(
        `Alternate of ${name} is ${JSON.stringify(alternate.to)}, which is no destination.`,
      );
    }
    const way = wayFrom(name, destinations);
    if (way.at(-1) !== name) continue;
    throw new SettingsInvalid(`The alternates lead back to where they began: ${way.join(", ")}.`);
  }
}

/** The alternate of each, one after the other, until there is none or one comes again. */
function wayFrom(name: string, destinations: Alternates): readonly string[] {
  const way = [name];
  for (;;) {
    const next = destinations.get(way.at(-1) ?? "")?.alternate?.to;
    if (next === undefined) return way;
    const isKnown = way.includes(next);
    way.push(next);
    if (isKnown) return way;
  }
}
