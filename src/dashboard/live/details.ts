import type { JobObject, LogObject, ProgressNode } from "../wire.ts";
import type { Live } from "./live.ts";
import { whyRefused } from "./rest.ts";
import { Store } from "./store.ts";
import { Stream, type Connection } from "./stream.ts";

/** As the host keeps. */
const mostLines = 1_000;

/**
 * What there is to know of one job, kept current as long as somebody looks. Each connection begins
 * with all of it.
 */
export class Details {
  readonly lines: Store<readonly LogObject[]> = new Store<readonly LogObject[]>([]);
  /** Null: not told yet. */
  readonly tree: Store<ProgressNode | null> = new Store<ProgressNode | null>(null);
  /** The host does not know the job any more. */
  readonly isGone: Store<boolean> = new Store(false);
  readonly #stream: Stream;
  /** Told and not shown yet. */
  #fresh: LogObject[] = [];
  /** The lines that come next are the first of a connection. */
  #isAnew = true;
  #frame = 0;

  constructor(live: Live, id: string) {
    this.#stream = new Stream(`jobs/${id}/events`, {
      onConnection: (connection) => this.#connection(connection),
      whyRefused: () => whyRefused(`jobs/${id}`),
      on: {
        job: (data) => live.hear(data as JobObject),
        log: (data) => this.#addLine(data as LogObject),
        progress: (data) => {
          this.tree.value = data as ProgressNode;
        },
        gone: () => this.#gone(),
      },
    });
  }

  close(): void {
    this.#stream.close();
    cancelAnimationFrame(this.#frame);
  }

  #connection({ kind }: Connection): void {
    if (kind === "live") this.#isAnew = true;
    if (kind === "refused") this.#gone();
  }

  #gone(): void {
    this.isGone.value = true;
    this.#stream.close();
  }

  /** A thousand lines may come at once: they are shown together. */
  #addLine(line: LogObject): void {
    this.#fresh.push(line);
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const before = this.#isAnew ? [] : this.lines.value;
      this.#isAnew = false;
      this.lines.value = [...before, ...this.#fresh.splice(0)].slice(-mostLines);
    });
  }
}
