import type { JobInfo } from "../index.ts";

/** Where the screen writes; process.stdout is one. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

interface Bar {
  readonly label: string;
  line: string;
}

const barWidth = 24;
const labelWidth = 14;
const stateWidth = 18;

/**
 * Paragraphs with bars below the last one. On a terminal the bars are redrawn in place; elsewhere
 * each change is a line of its own.
 */
export class Screen {
  readonly #terminal: Terminal;
  readonly #bars = new Map<string, Bar>();
  #drawn = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Begins a part of the tour: the bars above stay as they are. */
  headline(text: string): void {
    this.#bars.clear();
    this.#drawn = 0;
    this.#terminal.write(`\n${text}\n`);
  }

  say(text: string): void {
    this.#erase();
    this.#terminal.write(`  ${text}\n`);
    this.#draw();
  }

  /** Gives a job a bar; until then its changes are not shown. */
  add(id: string, label: string): void {
    this.#bars.set(id, { label, line: "" });
  }

  show(job: JobInfo): void {
    const bar = this.#bars.get(job.id);
    if (bar === undefined) return;
    const line = lineOf(bar.label, job);
    if (line === bar.line) return;
    if (this.#terminal.isTTY === true) {
      this.#erase();
      bar.line = line;
      this.#draw();
    } else {
      bar.line = line;
      this.#terminal.write(`${line}\n`);
    }
  }

  /** A table with the widths its cells need; the first row is the heading. */
  table(rows: readonly (readonly string[])[]): void {
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    );
    for (const row of rows) {
      const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
      this.#terminal.write(`  ${cells.join("  ").trimEnd()}\n`);
    }
  }

  #erase(): void {
    if (this.#drawn > 0) this.#terminal.write(`\u001B[${this.#drawn}A\u001B[J`);
    this.#drawn = 0;
  }

  #draw(): void {
    if (this.#terminal.isTTY !== true) return;
    const lines = [...this.#bars.values()].map(({ line }) => line).filter((line) => line !== "");
    this.#terminal.write(lines.map((line) => `${line}\n`).join(""));
    this.#drawn = lines.length;
  }
}

function lineOf(label: string, job: JobInfo): string {
  const filled = Math.round(job.progress * barWidth);
  const bar = "#".repeat(filled).padEnd(barWidth, ".");
  const percent = `${Math.round(job.progress * 100)} %`.padStart(5);
  const asked = job.requested === "nothing" ? "" : ` (${job.requested})`;
  const state = `${job.state}${asked}`.padEnd(stateWidth);
  return `    ${label.padEnd(labelWidth)} ${state} [${bar}] ${percent}  ${notesOf(job)}`.trimEnd();
}

function notesOf(job: JobInfo): string {
  const { count, steps } = job.content;
  const isCounter = typeof count === "number" && typeof steps === "number";
  const notes = isCounter ? [`${count} of ${steps}`] : [];
  if (job.dueAt !== null) notes.push(`due ${timeOf(job.dueAt)}`);
  if (job.error !== null) notes.push(job.error.code);
  else if (job.state === "retrying" && job.lastError !== null) notes.push(job.lastError.code);
  return notes.join(", ");
}

/** Hours to milliseconds, UTC. */
export function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 23);
}
