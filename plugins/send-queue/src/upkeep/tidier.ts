import type { Queue } from "../queue/queue.ts";
import type { SendingPolicy } from "../settings/sending-policy.ts";
import type { Spool } from "../spool/spool.ts";

/** So many files are removed at once. */
const tidySize = 500;

/** How often it is looked for files that nobody needs, in milliseconds. */
const tidyMs = 30_000;

/** What a tidier works with. */
export interface TidierParts {
  readonly queue: Pick<Queue, "call">;
  readonly spool: Pick<Spool, "exclusively" | "remove">;
  readonly destinations: Iterable<{
    readonly target: Pick<SendingPolicy, "deleteAfter"> & { readonly name: string };
  }>;
}

/** Removes files that nobody needs any more from the spool, now and then. */
export class Tidier {
  readonly #parts: TidierParts;
  readonly #keepMs: number;
  readonly #timer: NodeJS.Timeout;
  #work: Promise<void> = Promise.resolve();

  /** `keepMs`: they stay so long after the last that was to be done with them. */
  constructor(parts: TidierParts, keepMs: number, everyMs: number = tidyMs) {
    this.#parts = parts;
    this.#keepMs = keepMs;
    this.#timer = setInterval(() => {
      // What fails is tried again the next time.
      this.#work = this.#work.then(() => this.tidy(Date.now())).catch(() => {});
    }, everyMs).unref();
  }

  /** Resolves when nothing is being removed any more. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
  }

  /** `now`: epoch milliseconds. @throws {QueueFailed}; what removing throws */
  async tidy(now: number): Promise<void> {
    const { queue, destinations } = this.#parts;
    const targets = [...destinations].map(({ target }) => target);
    const named = (wanted: SendingPolicy["deleteAfter"]): readonly string[] =>
      targets.filter(({ deleteAfter }) => deleteAfter === wanted).map(({ name }) => name);
    const kept = named("never");
    // All is looked through for each that leaves.
    if (targets.length > 0 && kept.length === targets.length) return;
    const given = { limit: tidySize, before: now - this.#keepMs, kept, unasked: named("sent") };
    for (;;) {
      const hashes = await queue.call("unneeded", given);
      await Promise.all(hashes.map((hash) => this.#remove(hash)));
      if (hashes.length < tidySize) return;
    }
  }

  #remove(hash: string): Promise<void> {
    const { queue, spool } = this.#parts;
    return spool.exclusively([hash], async () => {
      // The same bytes may have come in again meanwhile.
      if (!(await queue.call("isSpooled", { hash }))) await spool.remove(hash);
    });
  }
}
