import type { Outcome } from "./item.ts";
import { QueueFailed, type Queue } from "./queue.ts";

interface Unwritten {
  readonly id: number;
  readonly outcome: Outcome;
  readonly now: number;
}

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
  readonly #queue: Pick<Queue, "call">;
  readonly #retryMs: number;
  readonly #unwritten: Unwritten[] = [];
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  /** Called when so much of it is written that it is not full any more. */
  onRoom: () => void = () => {};

  constructor(queue: Pick<Queue, "call">, everyMs: number = retryMs) {
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

  /** Resolves when it is on the disk, or waits here for it. @throws {QueueFailed} the queue is closed */
  async settle(id: number, outcome: Outcome, now: number): Promise<void> {
    try {
      await this.#queue.call("settle", { id, outcome, now });
    } catch (error) {
      if (!(error instanceof QueueFailed) || error.isOver) throw error;
      this.#unwritten.push({ id, outcome, now });
      this.#timer ??= setTimeout(() => void this.flush(), this.#retryMs).unref();
    }
  }

  /** Writes what waits, as far as the disk takes it. Never throws. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    try {
      for (let [first] = this.#unwritten; first !== undefined; [first] = this.#unwritten) {
        await this.#queue.call("settle", first);
        const wasFull = this.isFull;
        this.#unwritten.shift();
        if (wasFull && !this.isFull) this.onRoom();
      }
    } catch (error) {
      const isOver = error instanceof QueueFailed && error.isOver;
      if (!isOver) this.#timer = setTimeout(() => void this.flush(), this.#retryMs).unref();
    }
  }
}
