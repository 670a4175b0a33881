import { acknowledgementOf } from "./acknowledgement-record.ts";
import type { Lost } from "./acknowledgements.ts";
import type { Outcome, Settlement } from "./item.ts";
import { QueueFailed, type Queue } from "./queue.ts";

/** So many outcomes may wait in memory: as many instances a crash would repeat. */
const most = 1_000;

/** How often it is tried again to write what waits, in milliseconds. */
const retryMs = 1_000;

/**
 * Tells the queue what became of items. While its disk takes nothing the outcomes wait here, in their
 * order, and are written as soon as it takes something again: what was sent is not sent twice for
 * the want of a disk, unless the process ends meanwhile.
 */
export class Settlements {
  readonly #queue: Pick<Queue, "call" | "acknowledge">;
  readonly #retryMs: number;
  readonly #unwritten: Settlement[] = [];
  readonly #keep: Lost = (settlement) => this.#wait(settlement);
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  /** Called when so much of it is written that it is not full any more. */
  onRoom: () => void = () => {};
  /** Called when all that has waited is written. */
  onWritten: () => void = () => {};

  constructor(queue: Pick<Queue, "call" | "acknowledge">, everyMs: number = retryMs) {
    this.#queue = queue;
    this.#retryMs = everyMs;
  }

  /** Nothing should be sent until some of it is written. */
  get isFull(): boolean {
    return this.#unwritten.length >= most;
  }

  /** How many outcomes wait for the disk. */
  get waiting(): number {
    return this.#unwritten.length;
  }

  /** Whether it outlives this process by now: if it is one of those that the journal takes. False: settle it. */
  note(id: number, outcome: Outcome, now: number): boolean {
    const acknowledgement = acknowledgementOf(id, outcome, now);
    return acknowledgement !== null && this.#queue.acknowledge(acknowledgement, this.#keep);
  }

  /**
   * Resolves when it outlives this process, or waits here for the disk.
   * @throws {QueueFailed} the queue is closed
   */
  async settle(id: number, outcome: Outcome, now: number): Promise<void> {
    if (this.note(id, outcome, now)) return;
    try {
      await this.#queue.call("settle", { id, outcome, now });
    } catch (error) {
      if (!(error instanceof QueueFailed) || error.isOver) throw error;
      this.#wait({ id, outcome, now });
    }
  }

  /** Writes what waits, as far as the disk takes it. Never throws. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  #wait(settlement: Settlement): void {
    this.#unwritten.push(settlement);
    this.#timer ??= setTimeout(() => void this.flush(), this.#retryMs).unref();
  }

  async #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const isLate = this.#unwritten.length > 0;
    try {
      for (let [first] = this.#unwritten; first !== undefined; [first] = this.#unwritten) {
        await this.#queue.call("settle", first);
        const wasFull = this.isFull;
        this.#unwritten.shift();
        if (wasFull && !this.isFull) this.onRoom();
      }
      if (isLate) this.onWritten();
    } catch (error) {
      const isOver = error instanceof QueueFailed && error.isOver;
      if (!isOver) this.#timer = setTimeout(() => void this.flush(), this.#retryMs).unref();
    }
  }
}
