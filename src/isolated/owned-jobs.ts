import type { Submitting } from "../engine/handles.ts";
import type { Payload } from "../ports/runner.ts";

interface Entry {
  readonly payload: Payload;
  /** Until it is known that the engine has taken it. */
  submitting: Submitting | null;
}

/** The payloads of this side that the engine has, or is being given, by their numbers. */
export class OwnedJobs {
  readonly #entries = new Map<number, Entry>();
  #last = 0;

  /** A submit is under way. The host may speak of the job before it answers. */
  offer(submitting: Submitting): number {
    return this.#add({ payload: submitting.payload, submitting });
  }

  /** The payload of a job that was revived. */
  adopt(payload: Payload): number {
    return this.#add({ payload, submitting: null });
  }

  /** The host speaks of it, so it is the engine's. REQUIRES: it is one of these. */
  taken(number: number): Payload {
    const entry = this.#entries.get(number);
    if (entry === undefined) throw new Error("INTERNAL_NO_SUCH_PAYLOAD");
    entry.submitting?.succeed();
    entry.submitting = null;
    return entry.payload;
  }

  /** The submit was answered: it is the engine's, and may even be gone again. */
  submitted(number: number): void {
    if (this.#entries.has(number)) this.taken(number);
  }

  /** The engine would not have it: the handle is good again. */
  refused(number: number): void {
    this.#entries.get(number)?.submitting?.fail();
    this.#entries.delete(number);
  }

  /** Finalizes it, after everything that was called before. */
  async finalize(number: number): Promise<void> {
    const payload = this.taken(number);
    this.#entries.delete(number);
    await payload.finalize();
  }

  #add(entry: Entry): number {
    const number = (this.#last += 1);
    this.#entries.set(number, entry);
    return number;
  }
}
