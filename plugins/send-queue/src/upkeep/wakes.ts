import type { JobHost } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import type { Roster } from "../destinations/roster.ts";
import type { SendParts } from "../job/send-job.ts";
import { hurry, isGone, tellUnwoken } from "../job/start-job.ts";
import type { Place } from "../queue/item.ts";

/** All destinations, and those that come later. */
type Attended = Iterable<Destination> & Pick<Roster, "onEntered">;

/** Whoever has just joined the line may take some time to fall asleep: it is looked so often, for five seconds. */
const looks = 100;

/** Wakes the jobs whose turn it is, and those of which somebody is to be told that it is not. */
export class Wakes {
  readonly #host: JobHost;
  readonly #parts: SendParts;
  readonly #underWay = new Set<Promise<unknown>>();
  #isOver = false;

  /** Everything that waits is called by and by: what it waited for before a restart nobody knows. */
  constructor(host: JobHost, parts: SendParts, destinations: Attended) {
    this.#host = host;
    this.#parts = parts;
    for (const destination of destinations) this.#attend(destination);
    destinations.onEntered = (destination) => this.#attend(destination);
  }

  /** Resolves when nobody is being woken any more. */
  async close(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#underWay);
  }

  #attend(destination: Destination): void {
    const { name } = destination.target;
    destination.line.turns.onCall = (place) => this.#track(this.#wake(name, place));
    destination.gate.onHeld = () => this.#tellAwaited(destination);
    void this.#track(this.#callAll(destination));
  }

  /** Never throws. */
  async #callAll(destination: Destination): Promise<void> {
    const { name } = destination.target;
    try {
      const places = await this.#parts.queue.call("places", { destination: name });
      for (const place of places) destination.line.turns.join(place);
      destination.line.callNext();
      if (destination.gate.held()?.kind === "closed") await this.#wakeFirst(name, places);
    } catch (error) {
      this.#complain(name, error);
    }
  }

  /** It sees when the window begins, sleeps until then, and the others come after it. */
  async #wakeFirst(destination: string, places: readonly Place[]): Promise<void> {
    for (const place of places) if (await this.#wake(destination, place)) return;
  }

  /** They come, see why nothing is sent, and say so. */
  #tellAwaited({ target, line }: Destination): void {
    for (const place of line.places()) {
      if (!this.#parts.requests.isAwaited(place.request)) continue;
      void this.#track(this.#wake(target.name, place));
    }
  }

  /** Never throws. What fails is tried again by whoever calls, or looks by itself. */
  async #wake(destination: string, { job }: Place): Promise<boolean> {
    if (job === null || this.#isOver) return false;
    try {
      return await hurry(this.#host, job, looks);
    } catch (error) {
      this.#complain(destination, error);
      // One that is not there has no turn; the others would fail as this one has.
      return !isGone(error);
    }
  }

  #complain(destination: string, error: unknown): void {
    if (!this.#isOver && !isGone(error)) tellUnwoken(this.#host, destination, error);
  }

  #track<Answer>(work: Promise<Answer>): Promise<Answer> {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
    return work;
  }
}
