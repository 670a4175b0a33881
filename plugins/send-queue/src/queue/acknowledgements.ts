import type { AcknowledgementJournal } from "./acknowledgement-journal.ts";
import {
  settlementOf,
  type Acknowledgement,
  type JournaledAcknowledgement,
} from "./acknowledgement-record.ts";
import type { Settlement } from "./item.ts";
import { QueueFailed } from "./queue-failed.ts";

/** Hears of an acknowledgement that the database does not take; it stands in the journal, for now. */
export type Lost = (settlement: Settlement) => void;

/** So many are committed together. */
const batchSize = 128;

/** They wait for one another so long at most, in milliseconds. */
const batchMs = 10;

/**
 * What was acknowledged: written into the journal at once, and into the database soon, many together. In
 * between it stands in the journal alone, and a process that ends loses none of it.
 */
export class Acknowledgements {
  readonly #commit: (acknowledgements: readonly JournaledAcknowledgement[]) => Promise<void>;
  /** Null: there is none, and nothing is noted here. */
  journal: AcknowledgementJournal | null = null;
  #uncommitted: JournaledAcknowledgement[] = [];
  #losers: Lost[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `commit`: what is given to it first is committed first. */
  constructor(commit: (acknowledgements: readonly JournaledAcknowledgement[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** False: it was not noted. */
  add(acknowledgement: Acknowledgement, lost: Lost): boolean {
    const number = this.journal?.append(acknowledgement) ?? null;
    if (number === null) return false;
    const { id, isToCommit, now } = acknowledgement;
    this.#uncommitted.push({ number, id, isToCommit, now });
    this.#losers.push(lost);
    if (this.#uncommitted.length >= batchSize) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), batchMs).unref();
    return true;
  }

  /** Has all of them committed before whatever is asked of the queue from now on. Never throws. */
  flush(): void {
    const acknowledgements = this.#uncommitted;
    const losers = this.#losers;
    const last = acknowledgements.at(-1)?.number;
    if (last === undefined) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#uncommitted = [];
    this.#losers = [];
    this.#commit(acknowledgements).then(
      () => this.journal?.free(last),
      (error: unknown) => {
        // Of a queue that is closed the journal is read at the next start.
        if (error instanceof QueueFailed && error.isOver) return;
        for (const [index, one] of acknowledgements.entries()) losers[index]?.(settlementOf(one));
      },
    );
  }

  /** Nothing is noted any more. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.journal?.close();
    this.journal = null;
  }
}
