import type { JobId } from "../core/job-id.ts";
import { isLogLevel, JobLogs, type JobLogEntry, type LogLevel } from "../core/job-log.ts";
import { boundedJson } from "../core/json.ts";
import { logLimits, maxLogDataChars, maxLogTextChars } from "../core/limits.ts";
import { show } from "../core/thrown.ts";
import type { Clock } from "../ports/clock.ts";
import type { Announcer } from "./announcer.ts";

/** A line as it came: of code that types cannot hold to anything. */
interface Line {
  readonly plugin: string;
  readonly level: LogLevel;
  readonly text: string;
  /** The job it is about; null: none. */
  readonly id: string | null;
  /** Undefined: none. */
  readonly data?: unknown;
}

/** What plugins and the engine say: told to whoever observes, and kept with the job it is about. */
export class EngineLog {
  readonly #announcer: Announcer;
  readonly #clock: Clock;
  readonly #isKnown: (id: JobId) => boolean;
  readonly #jobs = new JobLogs<string>(logLimits);

  /** `isKnown`: whether there is such a job; what is said of another one is not kept. */
  constructor(announcer: Announcer, clock: Clock, isKnown: (id: JobId) => boolean) {
    this.#announcer = announcer;
    this.#clock = clock;
    this.#isKnown = isKnown;
  }

  /** Never throws: a line must not fail a job. What is wrong with it is mended. */
  line({ plugin, level: given, text: said, id, data: more }: Line): void {
    const level = isLogLevel(given) ? given : "info";
    const text = copyOf((typeof said === "string" ? said : show(said)).slice(0, maxLogTextChars));
    const data = more === undefined ? null : boundedJson(more, maxLogDataChars);
    if (id !== null && this.#isKnown(id as JobId)) {
      this.#jobs.add(id, { time: this.#clock.now(), level, text, data });
    }
    this.#announcer.tell({
      kind: "logged",
      level,
      text,
      plugin,
      id,
      ...(data === null ? {} : { data }),
    });
  }

  /** The lines of a job after the one of this number. */
  ofJob(id: JobId, after: number): readonly JobLogEntry[] {
    return this.#jobs.after(id, after);
  }

  /** The job is gone, and so is its log. */
  forget(id: JobId): void {
    this.#jobs.forget(id);
  }
}

/** A part of a text keeps all of it alive. This is a text of its own. */
const copyOf = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le");
