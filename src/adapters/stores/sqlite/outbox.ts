import type { Worker } from "node:worker_threads";
import { messageOf } from "../../../core/thrown.ts";
import type { StoreRequest, WriteRequest } from "./messages.ts";

/** So many writes are a message at most: the store thread need not wait for the rest of a long turn. */
const mostAtOnce = 64;

export interface OutboxParts {
  /** This write cannot be sent. */
  readonly refused: (number: number, why: string) => void;
  /** Calls back at the end of this turn of the event loop. */
  readonly atEnd: (callback: () => void) => void;
}

/** Writes on their way to the store thread: what is handed over in one turn goes as one message. */
export class Outbox {
  readonly #parts: OutboxParts;
  #writes: WriteRequest[] = [];
  #before: (() => void)[] = [];
  #isScheduled = false;
  #thread: Pick<Worker, "postMessage"> | null = null;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** REQUIRES: `clear` was called when another thread died. */
  add(thread: Pick<Worker, "postMessage">, write: WriteRequest): void {
    this.#thread = thread;
    this.#writes.push(write);
    this.#schedule();
    if (this.#writes.length >= mostAtOnce) this.flush();
  }

  /** See JobStore.beforeSending. */
  beforeSending(callback: () => void): void {
    this.#before.push(callback);
    this.#schedule();
  }

  /** Sends what is there now. */
  flush(): void {
    const before = this.#before;
    this.#before = [];
    for (const callback of before) callback();
    const requests = this.#writes;
    this.#writes = [];
    const [only] = requests;
    if (only === undefined) return;
    if (requests.length === 1) return this.#sendAlone(only);
    try {
      this.#send({ kind: "writes", requests });
    } catch {
      // Nobody is refused for a neighbour's fault.
      for (const request of requests) this.#sendAlone(request);
    }
  }

  /** The thread is gone: nothing that stands here will be written. */
  clear(): void {
    this.#writes = [];
    this.#thread = null;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#parts.atEnd(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  #sendAlone(request: WriteRequest): void {
    try {
      this.#send(request);
    } catch (error) {
      this.#parts.refused(request.number, messageOf(error));
    }
  }

  #send(request: StoreRequest): void {
    this.#thread?.postMessage(request);
  }
}
