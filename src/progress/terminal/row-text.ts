import { stripVTControlCharacters, styleText } from "node:util";
import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import type { State } from "../life.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Counts, Row } from "./visible-rows.ts";

export interface Paper {
  /** How wide a row may be, in columns of the terminal. */
  readonly columns: number;
  readonly hasColor: boolean;
}

type Style = Parameters<typeof styleText>[0];

const signs: Readonly<Record<State, readonly [sign: string, style: Style]>> = {
  waiting: ["·", "dim"],
  running: ["▸", "cyan"],
  canceling: ["◌", "yellow"],
  canceled: ["⊘", "yellow"],
  failed: ["✖", "red"],
  finished: ["✔", "green"],
};

/** The bars begin in one column: behind the longest name, but not before nor behind these. */
const leastName = 24;
const widestName = 0.4;

/** The lines of drawn rows, each no wider than the paper. */
export function textOf(rows: readonly Row[], paper: Paper): readonly string[] {
  const labels = rows.map((row) => labelOf(row));
  const widths = labels.map((label) => stringWidth(label));
  const widest = Math.max(leastName, ...widths);
  const width = Math.min(widest, Math.floor(paper.columns * widestName));
  return rows.map((row, index) => {
    const label = cut(labels[index] ?? "", width);
    const gap = " ".repeat(width - stringWidth(label));
    const line = `${signOf(row, paper)} ${label}${gap}  ${restOf(row, paper)}`;
    return cut(line.trimEnd(), paper.columns);
  });
}

const cut = (text: string, columns: number): string => cliTruncate(text, Math.max(1, columns));

function labelOf(row: Row): string {
  const indent = "  ".repeat(row.depth);
  switch (row.kind) {
    case "node":
      return `${indent}${plain(row.node.name)}`;
    case "rest":
      return `${indent}${wordsOf(row.counts)}`;
    case "cut":
      return `${indent}and ${row.count} more`;
  }
}

const wordsOf = (counts: Counts): string =>
  [...counts].map(([state, count]) => `${count} ${state}`).join(", ");

function signOf(row: Row, paper: Paper): string {
  if (row.kind !== "node") return "…";
  const [sign, style] = signs[row.node.state];
  return styled(style, sign, paper);
}

function restOf(row: Row, paper: Paper): string {
  if (row.kind !== "node") return "";
  const { node } = row;
  const details = [barOf(node, paper), shareOf(node), timeOf(node), noteOf(node, paper)];
  return details.filter((detail) => detail !== "").join("  ");
}

function barOf({ fraction, percent, done }: Snapshot, { columns }: Paper): string {
  if (fraction === null || percent === null) return `${done} done`;
  const length = columns < 70 ? 10 : 20;
  const full = fraction === 1 ? length : Math.min(length - 1, Math.floor(fraction * length));
  return `${"█".repeat(full)}${"░".repeat(length - full)} ${String(percent).padStart(3)} %`;
}

const shareOf = ({ weight }: Snapshot): string => (weight === 1 ? "" : `×${weight}`);

function timeOf(node: Snapshot): string {
  switch (node.state) {
    case "running":
      return node.etaMs === null ? "" : `${clockText(node.etaMs)} left`;
    case "finished":
    case "failed":
    case "canceled":
      return node.startedAt === null ? "" : `in ${clockText(node.endedAt - node.startedAt)}`;
    case "waiting":
    case "canceling":
      return "";
  }
}

/** Hours if there are any, minutes, seconds; rounded. */
export function clockText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), (seconds / 60) % 60];
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${Math.floor(minutes)}:${two(seconds % 60)}`;
}

const two = (part: number): string => String(Math.floor(part)).padStart(2, "0");

/** Why it ended, or stops; else the last line of its log. */
function noteOf(node: Snapshot, paper: Paper): string {
  switch (node.state) {
    case "failed":
      return styled("red", plain(node.error.message), paper);
    case "canceling":
    case "canceled":
      return styled("yellow", plain(node.reason), paper);
    case "waiting":
    case "running":
    case "finished":
      return node.lastLine === null ? "" : styled("dim", plain(node.lastLine.text), paper);
  }
}

/** Names and logs are anybody's: what would move the cursor is not shown. */
export const plain = (text: string): string =>
  stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, " ");

const styled = (style: Style, text: string, { hasColor }: Paper): string =>
  hasColor ? styleText(style, text, { validateStream: false }) : text;
