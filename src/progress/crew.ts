import { hasEnded, type Outcome } from "./life.ts";
import type { Node, Role } from "./node.ts";

export interface CrewRules {
  /** How many that the aggregator starts run at a time. */
  readonly places: number;
  /** Whether one failure cancels the others. */
  readonly stopsOnFailure: boolean;
}

/**
 * Runs the parts of an aggregator: in the order in which they were added, as many at a time as there
 * are places. What runs already (an observer, a task that somebody else started) needs no place.
 */
export class Crew implements Role {
  readonly #node: Node<void>;
  readonly #rules: CrewRules;
  /** Parts before this one have been started, or need not be. */
  #next = 0;
  readonly #started = new Set<Node>();
  #openParts = 0;
  /** Why the others were stopped; null: they were not. */
  #stop: { readonly reason: unknown } | null = null;
  #isPumping = false;
  #isHeld = false;

  constructor(node: Node<void>, rules: CrewRules) {
    this.#node = node;
    this.#rules = rules;
  }

  start(): void {
    for (const part of this.#node.parts) this.#lookAtFailure(part);
    this.#pump();
  }

  canceled(reason: unknown): void {
    this.#stopParts(reason);
    this.#pump();
  }

  /** A part was adopted. */
  joined(part: Node): void {
    if (!hasEnded(part.life)) this.#openParts += 1;
    if (this.#isHeld) part.role.hold(true);
    this.#lookAtFailure(part);
    if (this.#stop !== null) part.requestCancel(this.#stop.reason, true);
    this.#pump();
  }

  partEnded(part: Node): void {
    this.#openParts -= 1;
    this.#started.delete(part);
    this.#lookAtFailure(part);
    this.#pump();
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    for (const part of this.#node.parts) part.role.hold(isHeld);
    this.#pump();
  }

  #lookAtFailure({ life }: Node): void {
    if (life.state !== "failed" || !this.#rules.stopsOnFailure) return;
    if (this.#isWorking && this.#stop === null) this.#stopParts(life.error);
  }

  get #isWorking(): boolean {
    const { state } = this.#node.life;
    return state === "running" || state === "canceling";
  }

  #stopParts(reason: unknown): void {
    this.#stop ??= { reason };
    for (const part of this.#node.parts) part.requestCancel(reason, true);
  }

  /** Starts what has a place, and concludes when nothing is left. Parts may end inside of it. */
  #pump(): void {
    if (this.#isPumping || !this.#isWorking) return;
    this.#isPumping = true;
    try {
      for (let part = this.#takeNext(); part !== null; part = this.#takeNext()) {
        this.#started.add(part);
        part.start();
      }
    } finally {
      this.#isPumping = false;
    }
    if (this.#openParts === 0) this.#node.conclude(outcomeOf(this.#node));
  }

  #takeNext(): Node | null {
    if (this.#stop !== null || this.#isHeld) return null;
    if (this.#started.size >= this.#rules.places) return null;
    const { parts } = this.#node;
    while (this.#next < parts.length) {
      const part = parts[this.#next];
      this.#next += 1;
      if (part?.life.state === "waiting") return part;
    }
    return null;
  }
}

/** An aggregator is what its parts became: failed if one has, else canceled if one is, else finished. */
function outcomeOf({ name, parts, request }: Node<void>): Outcome<void> {
  const errors = parts.flatMap(({ life }) => (life.state === "failed" ? [life.error] : []));
  if (errors.length > 0) {
    const message = `${errors.length} of ${parts.length} parts of "${name}" failed`;
    return { state: "failed", error: new AggregateError(errors, message) };
  }
  const canceled = parts.map(({ life }) => life).find(({ state }) => state === "canceled");
  if (canceled?.state !== "canceled") return { state: "finished", value: undefined };
  const reason = request === null ? canceled.reason : request.reason;
  return { state: "canceled", reason, partial: null, error: null };
}
