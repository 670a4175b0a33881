import type { Target } from "../settings/settings.ts";
import type { Destination } from "./destination.ts";

/** The destinations by name, of which one may be exchanged for another. */
export class Roster implements Iterable<Destination> {
  readonly #destinations = new Map<string, Destination>();
  readonly #make: (target: Target, isPaused: boolean) => Destination;
  /** Called with each that comes later. */
  onEntered: (destination: Destination) => void = () => {};

  /** `paused`: the names of those that somebody has paused before. */
  constructor(
    targets: Iterable<Target>,
    paused: ReadonlySet<string>,
    make: (target: Target, isPaused: boolean) => Destination,
  ) {
    this.#make = make;
    for (const target of targets) {
      this.#destinations.set(target.name, make(target, paused.has(target.name)));
    }
  }

  [Symbol.iterator](): Iterator<Destination> {
    return this.#destinations.values();
  }

  get(name: string): Destination | undefined {
    return this.#destinations.get(name);
  }

  has(name: string): boolean {
    return this.#destinations.has(name);
  }

  /** Another takes its place, or its name; what it sends at the moment it sends to the end. */
  async enter(target: Target, isPaused: boolean): Promise<void> {
    const before = this.#destinations.get(target.name);
    const destination = this.#make(target, before?.isPaused ?? isPaused);
    this.#destinations.set(target.name, destination);
    this.onEntered(destination);
    await before?.close();
  }

  /** What is still there for it stays in the queue. */
  async remove(name: string): Promise<void> {
    const destination = this.#destinations.get(name);
    this.#destinations.delete(name);
    // Nobody calls them any more.
    destination?.gate.onHeld();
    await destination?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this].map((destination) => destination.close()));
  }
}
