import type { JobObject, JobsFrame, PluginObject, SystemObject, Totals } from "../wire.ts";
import { timeOf } from "../view/format.ts";
import { Attempts } from "./attempts.ts";
import { JobTable } from "./job-table.ts";
import { listJobs, plugins, RestError, system, whyRefused } from "./rest.ts";
import { Series } from "./series.ts";
import { Store } from "./store.ts";
import { Stream, type Connection } from "./stream.ts";

/** A hidden page lets its connection go after this; milliseconds. Browsers allow few to one host. */
const hiddenAfterMs = 20_000;

const nothing: Totals = { Pending: 0, Running: 0, Paused: 0, Retry: 0, Success: 0, Failure: 0 };

/** What the page knows of its host, kept current through its events. One for the whole page. */
export class Live {
  readonly jobs = new JobTable();
  readonly series = new Series();
  readonly attempts = new Attempts();
  /** Changes with the table; at most once a frame of the screen. */
  readonly version = new Store(0);
  readonly totals = new Store<Totals>(nothing);
  readonly connection = new Store<Connection>({ kind: "connecting" });
  /** Whether the first list is complete. */
  readonly isListed = new Store(false);
  readonly system = new Store<SystemObject | null>(null);
  readonly plugins = new Store<readonly PluginObject[] | null>(null);
  /** Why the last list could not be had; null: it could. */
  readonly refusal = new Store<string | null>(null);
  /** Epoch milliseconds, moved once a second. */
  readonly now = new Store(Date.now());
  /** What to add to this machine's time to get the host's; milliseconds. */
  clockOffset = 0;
  #stream: Stream | null = null;
  #listing = new AbortController();
  #isDrawing = false;

  start(): void {
    this.#open();
    setInterval(() => this.#tick(), 1_000);
    let timer: ReturnType<typeof setTimeout> | undefined;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => this.#pause(), hiddenAfterMs);
      else this.#open();
    });
    window.addEventListener("online", () => this.retryNow());
  }

  retryNow(): void {
    this.#stream?.retryNow();
  }

  /** The host's time; epoch milliseconds. */
  hostNow(): number {
    return this.now.value + this.clockOffset;
  }

  /** A job that was told elsewhere. */
  hear(job: JobObject): void {
    this.attempts.hear(job);
    this.jobs.update(job);
    this.#draw();
  }

  remove(id: string): void {
    this.jobs.remove(id);
    this.#draw();
  }

  #open(): void {
    if (this.#stream !== null) return;
    this.#stream = new Stream("events", {
      onConnection: (connection) => this.#connection(connection),
      whyRefused: () => whyRefused("jobs?limit=1"),
      on: {
        jobs: (data) => this.#frame(data as JobsFrame),
        reset: () => void this.#list(),
      },
    });
  }

  #pause(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#listing.abort();
  }

  #connection(connection: Connection): void {
    this.connection.value = connection;
    if (connection.kind === "live") {
      void this.#list();
      void this.#describe();
    }
    if (connection.kind === "lost") this.#listing.abort();
    if (connection.kind === "refused") this.refusal.value = connection.why;
  }

  /** The stream stands already: what changes while the list comes is not missed. */
  async #list(): Promise<void> {
    this.#listing.abort();
    const listing = new AbortController();
    this.#listing = listing;
    this.jobs.beginList();
    try {
      for await (const page of listJobs(listing.signal)) {
        this.#learnTime(page);
        for (const job of page) this.attempts.hear(job);
        this.jobs.addPage(page);
        this.#draw();
      }
      this.jobs.endList();
      if (!this.isListed.value) this.#recall();
      this.isListed.value = true;
      this.refusal.value = null;
      this.#draw();
    } catch (error) {
      if (listing.signal.aborted) return;
      this.refusal.value = error instanceof RestError ? error.message : String(error);
    }
  }

  /** So that the graph does not begin empty: jobs that finished before say when. */
  #recall(): void {
    const times = [...this.jobs.all()].flatMap(({ CompletionTime }) =>
      CompletionTime === undefined ? [] : [timeOf(CompletionTime) - this.clockOffset],
    );
    this.series.finished(times);
  }

  async #describe(): Promise<void> {
    const [about, list] = await Promise.allSettled([system(), plugins()]);
    if (about.status === "fulfilled") this.system.value = about.value;
    if (list.status === "fulfilled") this.plugins.value = list.value;
  }

  #frame(frame: JobsFrame): void {
    const now = Date.now();
    this.#learnTime(frame.Jobs);
    for (const job of frame.Jobs) this.attempts.hear(job);
    for (const id of frame.Gone) this.attempts.forget(id);
    const { finishedAt } = this.jobs.apply(frame, now);
    if (this.isListed.value) this.series.finished(finishedAt);
    this.totals.value = frame.Totals;
    this.#draw();
  }

  #learnTime([job]: readonly JobObject[]): void {
    if (job === undefined) return;
    const offset = timeOf(job.Timestamp) - Date.now();
    // Small ones are the way of the answer, not another clock.
    this.clockOffset = Math.abs(offset) > 2_000 ? offset : 0;
  }

  #tick(): void {
    const now = Date.now();
    const { Pending, Retry } = this.totals.value;
    if (this.connection.value.kind === "live") this.series.waiting(Pending + Retry, now);
    this.now.value = now;
  }

  /** Many changes, one drawing. */
  #draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.version.value = this.jobs.version;
    });
  }
}
