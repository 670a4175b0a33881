import { maxAdmitted } from "../core/limits.ts";
import type { JobId } from "../core/job-id.ts";
import { runsBefore } from "../core/pending-queue.ts";
import type { Clock } from "../ports/clock.ts";
import type { Run, RunEnd, RunListener, RunOrder, Runner } from "../ports/runner.ts";
import type { Slots } from "../ports/slots.ts";
import { systemClock } from "./system-clock.ts";

/** The ready list and the slots in JavaScript, for hosts whose jobs all run on the event loop. */
export class LocalSlots implements Slots {
  readonly lane = null;
  /** The last one to run first: there are never many, and both ends are asked for all the time. */
  readonly #ready: RunOrder[] = [];
  readonly #runs = new Map<JobId, Run>();
  readonly #runner: Runner;
  readonly #slots: number;
  readonly #clock: Clock;
  #listener: RunListener | null = null;
  #closing = false;
  #drained: (() => void) | null = null;

  /** `slots`: how many runs at once, at least 1. */
  constructor(slots: number, runner: Runner, clock: Clock = systemClock) {
    this.#slots = slots;
    this.#runner = runner;
    this.#clock = clock;
  }

  open(listener: RunListener): void {
    this.#listener = {
      started: (id) => listener.started(id),
      prepared: (id, payload, snapshot) => listener.prepared(id, payload, snapshot),
      sampled: (id, sample) => listener.sampled(id, sample),
      checkpointed: (id, sample, state) => listener.checkpointed(id, sample, state),
      logged: (...logged) => listener.logged(...logged),
      treeChanged: (id) => listener.treeChanged(id),
      openOutput: (...opened) => listener.openOutput(...opened),
      stepReturned: (id) => listener.stepReturned(id),
      ended: (id, end) => this.#ended(listener, id, end),
    };
  }

  catchUp(): void {
    // Runs on the loop tell everything when it happens.
  }

  observed(): void {
    // Likewise: to tell costs nothing here.
  }

  savesItself(): boolean {
    return false;
  }

  get admitted(): number {
    return this.#ready.length;
  }

  ids(): readonly JobId[] {
    return [...this.#ready.map(({ id }) => id), ...this.#runs.keys()];
  }

  admit(order: RunOrder): void {
    if (this.#ready.length >= maxAdmitted) throw new Error("INTERNAL_READY_LIST_FULL");
    this.#ready.splice(this.#placeOf(order), 0, order);
    this.#fill();
  }

  last(): RunOrder | null {
    return this.#ready[0] ?? null;
  }

  request(id: JobId, request: "pause" | "cancel" | "recall"): "removed" | "begun" | "absent" {
    const place = this.#ready.findIndex((order) => order.id === id);
    if (place !== -1) {
      this.#ready.splice(place, 1);
      return "removed";
    }
    const run = this.#runs.get(id);
    if (run === undefined) return "absent";
    if (request !== "recall") run.request(request);
    return "begun";
  }

  takeBack(id: JobId): void {
    this.#runs.get(id)?.takeBack();
  }

  async close(drainMs: number): Promise<readonly JobId[]> {
    this.#closing = true;
    for (const run of this.#runs.values()) run.request("closing");
    if (this.#runs.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.after(drainMs, resolve);
        this.#drained = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    return [...this.#runs.keys()];
  }

  /** Before all that run before it. */
  #placeOf(order: RunOrder): number {
    let [from, to] = [0, this.#ready.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = this.#ready[middle];
      if (other !== undefined && runsBefore(order, other)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #fill(): void {
    const listener = this.#listener;
    if (listener === null) throw new Error("INTERNAL_SLOTS_NOT_OPEN");
    while (!this.#closing && this.#runs.size < this.#slots) {
      const order = this.#ready.pop();
      if (order === undefined) return;
      this.#runs.set(order.id, this.#runner.start(order, listener));
    }
  }

  #ended(listener: RunListener, id: JobId, end: RunEnd): void {
    this.#runs.delete(id);
    listener.ended(id, end);
    this.#fill();
    if (this.#closing && this.#runs.size === 0) this.#drained?.();
  }
}
