import type { Clock, Timer } from "../ports/clock.ts";
import { Emitter } from "./emitter.ts";
import { ProgressError, describeThrown } from "./errors.ts";
import { hasEnded, nextLife, type Life, type LifeEvent, type Outcome } from "./life.ts";
import { LogBook, type KeptLine, type LogLevel } from "./log-book.ts";
import { Measure } from "./measure.ts";
import { Pace } from "./pace.ts";
import { Warnings, type WarningSink } from "./warnings.ts";

/** News go out 25 times a second. */
const flushEveryMs = 40;

/** A total that changes by more than this part of it makes the pace so far worthless. */
const jump = 0.1;

export type NodeKind = "task" | "observer" | "aggregator";

/** What a node needs of the world. */
export interface Surroundings {
  readonly clock: Clock;
  readonly warn: WarningSink;
}

export interface NodeSetup {
  readonly kind: NodeKind;
  readonly name: string;
  /** Null: unknown. What an aggregator has here is not looked at: its parts make its total. */
  readonly total: number | null;
  readonly isCancelable: boolean;
  readonly surroundings: Surroundings;
}

/** What a node does beside being measured. */
export interface Role {
  /** It is running from now on. */
  start(): void;
  /** A request to cancel was accepted, and everybody was told. */
  canceled(reason: unknown): void;
  /** One of its parts has ended, and everybody was told. */
  partEnded(part: Node): void;
  /** Begins no more parts, or does again; those below it neither. */
  hold(isHeld: boolean): void;
}

const idle: Role = {
  start: () => undefined,
  canceled: () => undefined,
  partEnded: () => undefined,
  hold: () => undefined,
};

/** A method, not a function: so a node of one value can stand for a node of any. */
interface Settling<T> {
  settle(outcome: Outcome<T>): void;
}

let nodesMade = 0;

/**
 * The inside of a Task, Observer or Aggregator. What happens changes the node at once; who listens is
 * told of it afterwards, in order: the last progress, then the state, then `settled`.
 */
export class Node<T = unknown> {
  readonly kind: NodeKind;
  readonly id: string;
  readonly name: string;
  readonly measure: Measure;
  readonly events: Emitter;
  readonly log: LogBook = new LogBook();
  readonly warnings: Warnings;
  readonly surroundings: Surroundings;
  /** Resolves when everybody was told of the end; never rejects. */
  readonly settled: Promise<Outcome<T>>;
  role: Role = idle;
  isCancelable: boolean;
  #parent: Node | null = null;
  #parts: Node[] = [];
  /** How many levels there are from here down. */
  #height = 1;
  #life: Life<T> = { state: "waiting" };
  #request: { readonly reason: unknown } | null = null;
  #controller: AbortController | null = null;
  #told: { done: number; total: number | null };
  #pace: Pace | null = null;
  #timer: Timer | null = null;
  #watchers: Set<() => void> | null = null;
  readonly #settling: Settling<T>;
  #letGo: () => void = () => undefined;

  constructor({ kind, name, total, isCancelable, surroundings }: NodeSetup) {
    if (typeof name !== "string" || name === "") {
      throw new ProgressError("INVALID_ARGUMENT", "it needs a name, a text that is not empty");
    }
    nodesMade += 1;
    this.id = String(nodesMade);
    this.kind = kind;
    this.name = name;
    this.isCancelable = isCancelable;
    this.surroundings = surroundings;
    this.warnings = new Warnings(name, surroundings.warn);
    this.events = new Emitter((event, thrown) => {
      const { message } = describeThrown(thrown);
      this.warnings.tell(
        "LISTENER_THREW",
        `has a "${event}" listener that threw: ${message}`,
        thrown,
      );
    });
    this.measure = kind === "aggregator" ? Measure.sum(this) : Measure.leaf(this, total);
    this.#told = { done: 0, total: this.measure.total };
    const { promise, resolve } = Promise.withResolvers<Outcome<T>>();
    this.settled = promise;
    this.#settling = { settle: resolve };
  }

  get life(): Life<T> {
    return this.#life;
  }

  get parent(): Node | null {
    return this.#parent;
  }

  get parts(): readonly Node[] {
    return this.#parts;
  }

  get height(): number {
    return this.#height;
  }

  /** What `cancel` was given, once it was accepted. */
  get request(): { readonly reason: unknown } | null {
    return this.#request;
  }

  /** Aborts when a request to cancel is accepted. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#request !== null) this.#controller.abort(this.#request.reason);
    }
    return this.#controller.signal;
  }

  /** Milliseconds that are left; null: unknown, or not running. */
  get leftMs(): number | null {
    if (this.#pace === null || hasEnded(this.#life)) return null;
    const now = this.surroundings.clock.elapsed();
    this.#pace.look(now, this.measure.fraction);
    return this.#pace.leftMs(now);
  }

  start(): void {
    if (this.#apply({ kind: "started" })) this.role.start();
  }

  /** Is canceled when the signal aborts, at once if it has; lets go of it at the end. */
  follow(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const abort = (): void => void this.requestCancel(signal.reason, false);
    signal.addEventListener("abort", abort, { once: true });
    this.#letGo = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
  }

  /**
   * Asks it to stop. A parent's end is also that of parts that have not begun, cancelable or not: what
   * has not begun needs no protection. False: it does not listen, or not any more.
   */
  requestCancel(reason: unknown, isFromParent: boolean): boolean {
    const { state } = this.#life;
    const isAsked = state === "running" || state === "waiting";
    const isProtected = !this.isCancelable && !(isFromParent && state === "waiting");
    if (!isAsked || isProtected) return false;
    this.#apply({ kind: "cancelRequested", reason });
    return true;
  }

  finish(value: T): void {
    this.#apply({ kind: "returned", value });
  }

  fail(error: unknown): void {
    this.#apply({ kind: "threw", error });
  }

  conclude(outcome: Outcome<T>): void {
    this.#apply({ kind: "concluded", outcome });
  }

  /** Whether it may be reported to; if not it warns, once. */
  isOpen(): boolean {
    const { state } = this.#life;
    if (state === "running" || state === "canceling") return true;
    this.warnings.once("REPORTED_AFTER_END", `is ${state} and was reported to; it is ignored`);
    return false;
  }

  /** Makes `part` a part of this one. Whoever calls has made sure that it may be. */
  adopt(part: Node, weight: number, units: number): void {
    const before = this.measure.total ?? 0;
    part.#parent = this;
    part.#stopTimer();
    this.#parts.push(part);
    Node.#grow(part);
    this.measure.add(part.measure, weight, units);
    this.noteTotal(before);
  }

  /** The total was `before`: if it jumped, what was seen so far says nothing of the time left. */
  noteTotal(before: number | null): void {
    const { total } = this.measure;
    if (before === null || total === null || Math.abs(total - before) > jump * before) {
      this.#restartPace();
    }
  }

  addLine(level: LogLevel, text: string): void {
    const line = this.log.add(this.surroundings.clock.now(), level, text);
    Node.#tellLine(this, line);
    this.#touch();
  }

  /** Calls `watcher` whenever there may be something new: 25 times a second, and at the end. */
  watch(watcher: () => void): Disposable {
    this.#watchers ??= new Set();
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers?.delete(watcher) };
  }

  wake(): void {
    this.#timer ??= this.surroundings.clock.after(flushEveryMs, () => {
      this.#timer = null;
      this.measure.flush();
    });
  }

  announce(): void {
    const { done, total, fraction } = this.measure;
    this.#pace?.look(this.surroundings.clock.elapsed(), fraction);
    const told = this.#told;
    this.#told = { done, total };
    if (told.total !== total) this.events.emit("total", total, told.total);
    if (told.done !== done) this.events.emit("done", done, told.done);
    this.#wakeWatchers();
  }

  #apply(event: LifeEvent<T>): boolean {
    const before = this.#life;
    const life = nextLife(before, event, this.surroundings.clock.now());
    if (life === null) return false;
    this.#life = life;
    if (event.kind === "cancelRequested") this.#request = { reason: event.reason };
    if (life.state === "running") this.#restartPace();
    if (hasEnded(life)) this.#end(life, before.state);
    else this.events.emit("state", life.state, before.state);
    if (life.state === "canceling") this.#tellOfCancel(life.reason);
    this.#touch();
    return true;
  }

  #end(life: Outcome<T>, before: Life<T>["state"]): void {
    if (life.state === "finished") this.measure.complete();
    else this.measure.freeze();
    this.#stopTimer();
    this.#letGo();
    // A request that ends it at once is told before the end it makes.
    if (before === "waiting" && life.state === "canceled") this.#tellOfCancel(life.reason);
    this.measure.flush();
    this.events.emit("state", life.state, before);
    this.events.afterwards(() => {
      this.events.close();
      this.#settling.settle(outcomeOf(life));
      this.#wakeWatchers();
      this.#watchers = null;
      this.#parent?.role.partEnded(this);
    });
  }

  #tellOfCancel(reason: unknown): void {
    this.events.afterwards(() => this.#controller?.abort(reason));
    this.events.emit("cancel", reason);
    this.events.afterwards(() => this.role.canceled(reason));
  }

  /** Tells those above how high it is. */
  static #grow(from: Node): void {
    let height = from.#height;
    for (let at = from.#parent; at !== null && at.#height <= height; at = at.#parent) {
      height += 1;
      at.#height = height;
    }
  }

  static #tellLine(from: Node, { time, level, text }: KeptLine): void {
    const path: string[] = [];
    for (let at: Node | null = from; at !== null; at = at.#parent) {
      if (at.events.isHeard("log")) at.events.emit("log", { time, level, text, path: [...path] });
      path.unshift(at.name);
    }
  }

  #restartPace(): void {
    this.#pace = new Pace(this.surroundings.clock.elapsed(), this.measure.fraction);
  }

  /** Who watches this node, or one above it, sees states and lines too. */
  #touch(): void {
    const isSeen = this.#watchers !== null || this.#parent !== null;
    if (isSeen && !hasEnded(this.#life)) this.measure.touch();
  }

  #wakeWatchers(): void {
    for (const watcher of this.#watchers ?? []) watcher();
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}

/** Without what only the life knows. */
function outcomeOf<T>(life: Outcome<T>): Outcome<T> {
  switch (life.state) {
    case "finished":
      return { state: life.state, value: life.value };
    case "failed":
      return { state: life.state, error: life.error };
    case "canceled":
      return { state: life.state, reason: life.reason, partial: life.partial, error: life.error };
  }
}
