import cliTruncate from "cli-truncate";
import stringWidth from "string-width";

/** What a terminal cannot show, or would obey. */
const control = /\p{Cc}/gu;

/** Where nobody has said how wide it is. */
const defaultColumns = 80;

const gap = "  ";

/** Rows under a heading, in columns; no line is wider than `columns`, and the last column gives way. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | undefined,
): string {
  const all = [heading, ...rows].map((row) => row.map((cell) => cell.replaceAll(control, " ")));
  const widths = heading.map((_, at) => Math.max(...all.map((row) => stringWidth(row[at] ?? ""))));
  const lines = all.map((row) =>
    row.map((cell, at) => padded(cell, at === row.length - 1 ? 0 : (widths[at] ?? 0))).join(gap),
  );
  const room = columns ?? defaultColumns;
  return lines.map((line) => `${cliTruncate(line.trimEnd(), room)}\n`).join("");
}

const padded = (cell: string, width: number): string =>
  cell + " ".repeat(Math.max(0, width - stringWidth(cell)));

const barWidth = 10;

/** How far something is, as a bar; `percent`: 0 to 100. */
export function bar(percent: number): string {
  const full = Math.round((barWidth * Math.min(100, Math.max(0, percent))) / 100);
  return `${"█".repeat(full)}${"░".repeat(barWidth - full)} ${String(percent).padStart(3)} %`;
}
