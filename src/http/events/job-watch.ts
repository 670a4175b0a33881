import type { Clock, Timer } from "../../ports/clock.ts";
import type { EngineEvent } from "../../ports/job-event.ts";
import type { JobInfo } from "../../ports/job.ts";
import type { Jobs } from "../../ports/jobs.ts";
import type { ProgressSnapshot } from "../../ports/progress.ts";
import { logObject, type JobObject } from "../orthanc.ts";
import { eventText, newEpoch, numberOfId } from "./event-text.ts";
import { jobOrNull } from "./frames.ts";
import type { Stream } from "./stream.ts";
import type { Tap } from "./tap.ts";

/** Whoever watches a job is told at most so often; milliseconds: 25 times a second. */
const tellEveryMs = 40;

/** So many characters of lines at most are told at once. */
const maxLogChars = 131_072;

export interface WatchParts {
  readonly jobs: Pick<Jobs, "jobInfo" | "jobLogs" | "jobProgress">;
  readonly tap: Tap;
  readonly show: (job: JobInfo, now: number) => JobObject;
  readonly clock: Clock;
  /** Hears of an error that no client can be told. */
  readonly onError: (text: string, error: unknown) => void;
}

interface Watcher {
  readonly stream: Pick<Stream, "send" | "offer" | "end">;
  /** The number of the last line it has. */
  line: number;
  /** What it was told last. */
  job: string;
  progress: string;
}

/** One job, told to everybody who watches it: what it is, its tree of progress, and each line of its log. */
class JobWatch {
  readonly #id: string;
  readonly #parts: WatchParts;
  readonly #epoch: string;
  readonly #watchers = new Set<Watcher>();
  #listening: Disposable | null = null;
  #next: Timer | null = null;
  #notBefore = 0;

  constructor(id: string, epoch: string, parts: WatchParts) {
    this.#id = id;
    this.#epoch = epoch;
    this.#parts = parts;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
    this.#listening ??= this.#parts.tap.listen((event) => this.#hear(event));
    this.#tell([watcher]);
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.isWatched) return;
    this.#next?.cancel();
    this.#next = null;
    this.#listening?.[Symbol.dispose]();
    this.#listening = null;
  }

  /** REQUIRES: nobody who watches ever gets anything again. */
  close(): void {
    for (const watcher of this.#watchers) this.remove(watcher);
  }

  #hear(event: EngineEvent): void {
    if ("job" in event ? event.job.id !== this.#id : event.id !== this.#id) return;
    if (event.kind === "forgotten") this.#end();
    else this.#soon();
  }

  #end(): void {
    for (const { stream } of this.#watchers) {
      stream.send(eventText({ event: "gone", data: "{}" }));
      stream.end();
    }
  }

  #soon(): void {
    if (this.#next !== null) return;
    const { clock } = this.#parts;
    this.#next = clock.after(Math.max(0, this.#notBefore - clock.elapsed()), () => {
      this.#next = null;
      try {
        this.#tell([...this.#watchers]);
      } catch (error) {
        this.#parts.onError("the events of a job could not be told", error);
      }
    });
  }

  #tell(watchers: readonly Watcher[]): void {
    const { jobs, clock, show } = this.#parts;
    this.#notBefore = clock.elapsed() + tellEveryMs;
    const job = jobOrNull(jobs, this.#id);
    // Its end is on the way here.
    if (job === null) return;
    // When an answer was made is no news.
    const news = JSON.stringify({ ...show(job, 0), EstimatedTimeOfArrival: job.remainingMs });
    const text = JSON.stringify(show(job, clock.now()));
    const tree = treeText(jobs.jobProgress(this.#id));
    for (const watcher of watchers) this.#tellOne(watcher, { news, text, tree });
  }

  #tellOne(watcher: Watcher, told: { readonly news: string; text: string; tree: string }): void {
    const events: string[] = [];
    const lines = this.#linesAfter(watcher.line);
    const { last, isMore } = lines;
    if (told.news !== watcher.job) {
      events.push(eventText({ event: "job", id: this.#idOf(watcher.line), data: told.text }));
    }
    if (told.tree !== watcher.progress && told.tree !== "") {
      events.push(eventText({ event: "progress", data: told.tree }));
    }
    events.push(...lines.events);
    if (events.length > 0) {
      if (watcher.stream.offer(Buffer.from(events.join("")))) {
        watcher.line = last;
        watcher.job = told.news;
        watcher.progress = told.tree;
        if (isMore) this.#soon();
      } else this.#soon();
    }
  }

  /** The next lines, as events, with the number of the last. */
  #linesAfter(line: number): { events: readonly string[]; last: number; isMore: boolean } {
    const events: string[] = [];
    let [chars, last] = [0, line];
    for (const entry of this.#parts.jobs.jobLogs(this.#id, line)) {
      if (chars >= maxLogChars) return { events, last, isMore: true };
      last = entry.number;
      const data = JSON.stringify(logObject(entry));
      events.push(eventText({ event: "log", id: this.#idOf(last), data }));
      chars += data.length;
    }
    return { events, last, isMore: false };
  }

  #idOf(line: number): string {
    return `${this.#epoch}-${line}`;
  }
}

/** Empty: the job says no more of its progress than stands in itself. */
const treeText = (tree: ProgressSnapshot): string =>
  tree.id === "0" && tree.parts.length === 0 ? "" : JSON.stringify(tree);

/** The jobs that somebody watches, each by itself. */
export class JobWatches {
  readonly #parts: WatchParts;
  /** Lines count from one again when the host starts again. */
  readonly #epoch = newEpoch();
  readonly #watches = new Map<string, JobWatch>();

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /**
   * Tells of the job from now on, of its log from `lastId` on, else all that is kept. Answers how the
   * client leaves. REQUIRES: there is such a job.
   */
  join(id: string, stream: Watcher["stream"], lastId: string | null): () => void {
    const line = lastId === null ? 0 : numberOfId(lastId, this.#epoch);
    if (line === null) stream.send(eventText({ event: "reset", data: "{}" }));
    const watch = this.#watches.get(id) ?? new JobWatch(id, this.#epoch, this.#parts);
    this.#watches.set(id, watch);
    const watcher = { stream, line: line ?? 0, job: "", progress: "" };
    watch.add(watcher);
    return () => {
      watch.remove(watcher);
      if (!watch.isWatched) this.#watches.delete(id);
    };
  }

  /** REQUIRES: nobody who watches ever gets anything again. */
  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }
}
