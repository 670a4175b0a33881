/** How serious a line is; the words of Baton's own logs. */
export type LogLevel = "error" | "warning" | "info" | "debug";

/** One line that was logged. */
export interface LogLine {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly level: LogLevel;
  readonly text: string;
  /** The names from below whoever was asked down to whoever logged it; empty: logged there itself. */
  readonly path: readonly string[];
}

/** A line as it is kept where it was logged; `number` orders the lines of the whole process. */
export interface KeptLine {
  readonly number: number;
  readonly time: number;
  readonly level: LogLevel;
  readonly text: string;
}

/** So many lines each node keeps; the oldest goes first. */
const linesKept = 1_000;

/** What a line has beyond this is cut; characters. */
const longestText = 4_096;

let linesLogged = 0;

/** The last lines that one node has logged. Nothing is copied to its parents: they ask. */
export class LogBook {
  /** A ring once it is full: the oldest line stands at `#oldest`. */
  readonly #lines: KeptLine[] = [];
  #oldest = 0;

  add(time: number, level: LogLevel, text: string): KeptLine {
    linesLogged += 1;
    const line = { number: linesLogged, time, level, text: text.slice(0, longestText) };
    if (this.#lines.length < linesKept) {
      this.#lines.push(line);
    } else {
      this.#lines[this.#oldest] = line;
      this.#oldest = (this.#oldest + 1) % linesKept;
    }
    return line;
  }

  get last(): KeptLine | null {
    const { length } = this.#lines;
    if (length === 0) return null;
    return this.#lines[(this.#oldest + length - 1) % length] ?? null;
  }

  /** In no order but that of their numbers. */
  get lines(): readonly KeptLine[] {
    return this.#lines;
  }
}
