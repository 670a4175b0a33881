import type { Clock } from "../../ports/clock.ts";
import type { EngineEvent, Observer } from "../../ports/job-event.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeEvent, NativeJobInfo } from "../../native/messages.ts";
import { toNative } from "./desk.ts";
import type { NativeInbox } from "./inbox.ts";
import { eventNumbers, numberOf, states } from "./numbers.ts";
import type { NativeOrderBook } from "./order-book.ts";

/** What tells of events. */
interface Observable {
  listen(observer: Observer): Disposable;
}

/**
 * What native listeners hear. Nothing crosses while nobody is subscribed, and what crosses is one
 * call for all that happened meanwhile.
 */
export class NativeEvents {
  readonly #core: NativeCore;
  readonly #orders: NativeOrderBook;
  readonly #clock: Clock;
  /** The sum of the numbers that somebody wants; 0: nobody wants anything. */
  #mask = 0;
  #generation = 0;
  #waiting: NativeEvent[] = [];
  #isScheduled = false;
  #observation: Disposable | null = null;

  constructor(core: NativeCore, orders: NativeOrderBook, clock: Clock) {
    this.#core = core;
    this.#orders = orders;
    this.#clock = clock;
  }

  /** `engine` is observed only while somebody listens: what nobody hears costs nothing. */
  open(inbox: NativeInbox, engine: Observable): void {
    inbox.hear({
      "events-wanted": ({ mask, generation }) => {
        // What has happened before a subscription is not for it.
        this.#flush();
        this.#mask = mask;
        this.#generation = generation;
        if (mask === 0) this.#stop();
        else this.#observation ??= engine.listen((event) => this.#hear(event));
      },
    });
  }

  #hear(event: EngineEvent): void {
    if (event.kind === "logged" || event.kind === "reported") return;
    const kind = eventNumbers[event.kind];
    if ((this.#mask & kind) === 0) return;
    const from = event.kind === "changed" ? numberOf(states, event.from) : 0;
    const job = event.kind === "forgotten" ? { ...noJob, id: event.id } : toNative(event.job);
    this.#waiting.push({ kind, from, job });
    this.#flushSoon();
  }

  /** The core is about to be destroyed. */
  close(): void {
    this.#stop();
    this.#mask = 0;
    this.#waiting = [];
  }

  #stop(): void {
    this.#observation?.[Symbol.dispose]();
    this.#observation = null;
  }

  #flushSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void this.#clock.yield().then(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    this.#orders.flush();
    this.#core.tellEvents(this.#generation, events);
  }
}

/** Of a job that is forgotten only the id is known. */
export const noJob: NativeJobInfo = {
  id: "",
  type: "",
  state: 0,
  requested: 0,
  priority: 0,
  attempts: 0,
  maxAttempts: 0,
  progress: 0,
  createdAt: 0,
  changedAt: 0,
  dueAt: 0,
  runtimeMs: 0,
  errorCode: "",
  errorMessage: "",
};
