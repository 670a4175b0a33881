import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { ProgressError } from "../errors.ts";
import type { Begin } from "./messages.ts";

/** The built package has no .ts files, and the compiler does not rewrite names like this one. */
const entry = new URL(`./entry${extname(new URL(import.meta.url).pathname)}`, import.meta.url);

/** One thread; does one task at a time. */
export class Thread {
  readonly #worker = new Worker(entry, { name: "baton-progress" });
  readonly #listeners = new Set<(error: ProgressError) => void>();
  #fault: unknown = undefined;

  constructor() {
    this.#worker.on("error", (error) => (this.#fault = error));
    this.#worker.on("exit", (code) => {
      const text = `the thread ended, with exit code ${code}`;
      const error = new ProgressError("WORKER_FAILED", text, { cause: this.#fault });
      for (const listener of this.#listeners) listener(error);
    });
  }

  /** Calls `listener` when the thread is gone, with an error that says why. */
  onEnd(listener: (error: ProgressError) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  begin(order: Begin): void {
    this.#worker.postMessage(order, [order.port]);
  }

  /** Whether the thread keeps the process alive. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref();
    else this.#worker.unref();
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Where threads come from, and go to when their task has ended. */
export interface Threads {
  /** Resolves with a thread of one's own; rejects with the reason if the signal aborts before. */
  take(signal: AbortSignal): Promise<Thread>;
  give(thread: Thread): void;
}

/** A thread for one task. */
export const ownThread: Threads = {
  take: async () => new Thread(),
  give: (thread) => void thread.stop(),
};

interface Waiter {
  readonly resolve: (thread: Thread) => void;
  readonly reject: (error: unknown) => void;
}

let threadsOf: (pool: WorkerPool) => Threads;

/**
 * Threads that are used again, for tasks with `{ worker: pool }`; further tasks wait in line, running.
 * Threads start when they are needed, and idle ones keep no process alive. Whoever made it closes it.
 */
export class WorkerPool implements AsyncDisposable {
  readonly #size: number;
  readonly #idle: Thread[] = [];
  readonly #all = new Set<Thread>();
  readonly #waiters = new Set<Waiter>();
  #isClosed = false;

  /** `threads`: at most so many. @throws {ProgressError} INVALID_ARGUMENT */
  constructor({ threads }: { readonly threads: number }) {
    if (!Number.isInteger(threads) || threads < 1) {
      throw new ProgressError("INVALID_ARGUMENT", `a pool has 1 thread or more, not ${threads}`);
    }
    this.#size = threads;
  }

  static {
    threadsOf = (pool) => ({
      take: (signal) => pool.#take(signal),
      give: (thread) => pool.#give(thread),
    });
  }

  /**
   * Ends the threads. Tasks that run on them, or wait for one, fail with WORKER_FAILED. Idempotent;
   * resolves when all threads are gone.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiters) reject(closed());
    this.#waiters.clear();
    await Promise.all([...this.#all].map((thread) => thread.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #take(signal: AbortSignal): Promise<Thread> {
    if (this.#isClosed) throw closed();
    const thread = this.#idle.pop() ?? (this.#all.size < this.#size ? this.#start() : null);
    if (thread === null) return this.#wait(signal);
    thread.hold(true);
    return thread;
  }

  #start(): Thread {
    const thread = new Thread();
    this.#all.add(thread);
    thread.onEnd(() => this.#forget(thread));
    return thread;
  }

  #wait(signal: AbortSignal): Promise<Thread> {
    const { promise, resolve, reject } = Promise.withResolvers<Thread>();
    const waiter = { resolve, reject };
    this.#waiters.add(waiter);
    const leave = (): void => {
      this.#waiters.delete(waiter);
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", leave));
  }

  #give(thread: Thread): void {
    if (this.#isClosed || !this.#all.has(thread)) return;
    const [next] = this.#waiters;
    if (next !== undefined) {
      this.#waiters.delete(next);
      next.resolve(thread);
      return;
    }
    thread.hold(false);
    this.#idle.push(thread);
  }

  /** A thread that has ended makes room for another. */
  #forget(thread: Thread): void {
    this.#all.delete(thread);
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
    if (!this.#isClosed && this.#waiters.size > 0) this.#give(this.#start());
  }
}

/** The threads of a pool; `true`: one for the task alone. */
export const threadsFrom = (worker: true | WorkerPool): Threads =>
  worker === true ? ownThread : threadsOf(worker);

const closed = (): ProgressError =>
  new ProgressError("WORKER_FAILED", "the pool of threads is closed");
