import type { JsonValue } from "./json.ts";

/** How serious a line is. Mirrors the log levels of native/include/baton.h. */
export type LogLevel = "error" | "warning" | "info" | "debug";

/** All of them; that at index n has the number n + 1 in native/include/baton.h. */
export const logLevels: readonly LogLevel[] = ["error", "warning", "info", "debug"];

export const isLogLevel = (told: unknown): told is LogLevel =>
  (logLevels as readonly unknown[]).includes(told);

/** One line that a job, or the engine about it, has logged. */
export interface JobLogEntry {
  /** Counts the lines of the job, from 1; a gap before the first one kept was pushed out. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly level: LogLevel;
  readonly text: string;
  /** What was logged beside the text; null: nothing. */
  readonly data: JsonValue;
}

/** How much of the log of jobs is kept; lengths in characters. */
export interface LogLimits {
  /** Lines of one job; the oldest goes first. */
  readonly entries: number;
  /** What a line counts for beside its own text and data: what it takes of memory. */
  readonly charsOfLine: number;
  /** Text and data of one job together; the oldest line goes first. */
  readonly charsOfJob: number;
  /** Those of all jobs together: the log of the job that logged longest ago goes first, whole. */
  readonly charsOfHost: number;
}

interface Kept extends JobLogEntry {
  readonly size: number;
}

interface Log {
  readonly entries: Kept[];
  size: number;
  last: number;
}

/** What the lines of every job are, as far as they are kept. In memory only. */
export class JobLogs<Id> {
  readonly #limits: LogLimits;
  /** The job that logged longest ago stands first. */
  readonly #logs = new Map<Id, Log>();
  #size = 0;

  constructor(limits: LogLimits) {
    this.#limits = limits;
  }

  add(id: Id, line: Omit<JobLogEntry, "number">): void {
    const log = this.#logs.get(id) ?? { entries: [], size: 0, last: 0 };
    this.#logs.delete(id);
    this.#logs.set(id, log);
    log.last += 1;
    const data = line.data === null ? 0 : JSON.stringify(line.data).length;
    const size = this.#limits.charsOfLine + line.text.length + data;
    log.entries.push({ ...line, number: log.last, size });
    this.#grow(log, size);
    const { entries, charsOfJob, charsOfHost } = this.#limits;
    while (log.entries.length > entries || log.size > charsOfJob) {
      this.#grow(log, -(log.entries.shift()?.size ?? 0));
    }
    for (const other of this.#logs.values()) {
      if (this.#size <= charsOfHost || other === log) break;
      // Its numbers go on: whoever reads on sees that lines are missing.
      this.#grow(other, -other.size);
      other.entries.length = 0;
    }
  }

  /** The lines after the one of this number, oldest first. */
  after(id: Id, number: number): readonly JobLogEntry[] {
    const entries = this.#logs.get(id)?.entries ?? [];
    return entries
      .filter((entry) => entry.number > number)
      .map(({ size: _size, ...entry }) => entry);
  }

  forget(id: Id): void {
    const log = this.#logs.get(id);
    if (log === undefined) return;
    this.#size -= log.size;
    this.#logs.delete(id);
  }

  #grow(log: Log, chars: number): void {
    log.size += chars;
    this.#size += chars;
  }
}
