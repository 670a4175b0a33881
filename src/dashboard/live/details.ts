import type { JobObject, LogObject, ProgressNode } from "../wire.ts";
import type { Live } from "./live.ts";
import { job, logs, progress, RestError } from "./rest.ts";
import { Store } from "./store.ts";
import { Stream } from "./stream.ts";

/** As the host keeps. */
const mostLines = 1_000;

/** What there is to know of one job, kept current as long as somebody looks. */
export class Details {
  readonly lines: Store<readonly LogObject[]> = new Store<readonly LogObject[]>([]);
  /** Null: the job has none. */
  readonly tree: Store<ProgressNode | null> = new Store<ProgressNode | null>(null);
  /** The host does not know the job any more. */
  readonly isGone: Store<boolean> = new Store(false);
  readonly #live: Live;
  readonly #id: string;
  readonly #stream: Stream;
  readonly #asking = new AbortController();

  constructor(live: Live, id: string) {
    this.#live = live;
    this.#id = id;
    this.#stream = new Stream(`jobs/${id}/events`, {
      onConnection: ({ kind }) => void (kind === "live" && this.#ask()),
      on: {
        job: (data) => live.hear(data as JobObject),
        log: (data) => this.#addLines([data as LogObject]),
        progress: (data) => {
          this.tree.value = data as ProgressNode;
        },
        gone: () => this.#gone(),
      },
    });
    void this.#ask();
  }

  close(): void {
    this.#stream.close();
    this.#asking.abort();
  }

  /** All there was before the stream. */
  async #ask(): Promise<void> {
    const { signal } = this.#asking;
    try {
      const [now, lines, tree] = await Promise.all([
        job(this.#id, signal),
        logs(this.#id, signal),
        progress(this.#id, signal),
      ]);
      this.isGone.value = false;
      this.#live.hear(now);
      this.#addLines(lines);
      this.tree.value = tree;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof RestError && error.status === 404) this.#gone();
    }
  }

  #gone(): void {
    this.isGone.value = true;
    this.#stream.close();
  }

  /** Lines come twice: with the list, and with the stream. */
  #addLines(lines: readonly LogObject[]): void {
    const last = this.lines.value.at(-1)?.Number ?? 0;
    const fresh = lines.filter(({ Number: number }) => number > last);
    if (fresh.length > 0) this.lines.value = [...this.lines.value, ...fresh].slice(-mostLines);
  }
}
