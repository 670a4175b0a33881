/** Orthanc's `YYYYMMDDTHHMMSS.ffffff`, UTC, as epoch milliseconds; NaN: it is none. */
export function timeOf(text: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.(\d{3}))?/.exec(text);
  if (found === null) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

/** A span in the two largest units that say something: `840 ms`, `12.4 s`, `3 m 05 s`, `2 d 4 h`. */
export function span(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "–";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return pair(whole, 60, "m", "s");
  if (whole < 86_400) return pair(Math.round(whole / 60), 60, "h", "m");
  return pair(Math.round(whole / 3_600), 24, "d", "h");
}

const pair = (value: number, base: number, large: string, small: string): string =>
  `${Math.floor(value / base)} ${large} ${String(value % base).padStart(2, "0")} ${small}`;

/** How long ago, in one unit: `now`, `12 s ago`, `3 h ago`. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (Number.isNaN(seconds)) return "–";
  if (seconds < 2) return "now";
  const [size, unit] = units.find(([least]) => seconds >= least) ?? ([1, "s"] as const);
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

const units = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  const order = Math.min(4, Math.floor(Math.log10(count) / 3));
  const value = count / 1_000 ** order;
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${["B", "kB", "MB", "GB", "TB"][order]}`;
}

const whole = new Intl.NumberFormat("en-US");

/** `12,043` */
export const count = (value: number): string => whole.format(value);

const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

export const clockTime = (ms: number): string => (Number.isNaN(ms) ? "–" : clock.format(ms));

/** With the day, as the reader's own clock would say it. */
export const fullTime = (ms: number): string => (Number.isNaN(ms) ? "–" : date.format(ms));

/** What is shown of an id where there is little room. */
export const shortId = (id: string): string => id.slice(0, 8);
