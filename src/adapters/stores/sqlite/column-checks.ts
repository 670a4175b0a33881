/** What is wrong with a value, in words that follow it; null: nothing. */
export type Check = (value: unknown) => string | null;

export const text: Check = (value) => (typeof value === "string" ? null : "must be string");

export function number(least: number = -Number.MAX_VALUE, most: number = Number.MAX_VALUE): Check {
  return (value) =>
    Number.isFinite(value) ? within(value as number, least, most) : "must be number";
}

export function whole(least: number, most: number): Check {
  return (value) =>
    Number.isInteger(value) ? within(value as number, least, most) : "must be integer";
}

export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null ? null : check(value);

/** SQLite itself sees to it: the table is STRICT. */
export const anything: Check = () => null;

/** An array of objects with these members, and perhaps more. */
export function listOf<Member extends string>(
  members: Readonly<Record<Member, Check>>,
): (value: unknown) => boolean {
  const checks = Object.entries<Check>(members);
  const isItem = (item: unknown): boolean =>
    typeof item === "object" &&
    item !== null &&
    checks.every(([name, check]) => check((item as Record<string, unknown>)[name]) === null);
  return (value) => Array.isArray(value) && value.every(isItem);
}

const within = (value: number, least: number, most: number): string | null => {
  if (value < least) return `must be >= ${least}`;
  return value > most ? `must be <= ${most}` : null;
};
