import { AccountsError } from "./accounts-file.ts";

/** Milliseconds of each unit. */
const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The time that `90m`, `12h`, `30d` or a date means, in ISO 8601. @throws {AccountsError} */
export function expiryOf(text: string, now: number): string {
  const [, count = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const time = unit === "" ? dateOf(text) : now + Number(count) * (units[unit] ?? 0);
  if (Number.isNaN(time)) {
    const forms = "after 90m, 12h or 30d, or on a date such as 2030-01-31";
    throw new AccountsError(`${JSON.stringify(text)} is no time; a token expires ${forms}.`);
  }
  if (time <= now) throw new AccountsError(`${JSON.stringify(text)} is over already.`);
  return new Date(time).toISOString();
}

/** ISO 8601 alone: what else `Date` reads depends on who reads it. */
function dateOf(text: string): number {
  const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  return isIso ? Date.parse(text) : Number.NaN;
}
