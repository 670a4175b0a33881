import type { HostProcess } from "./host-process.ts";
import type { MadeInstance } from "./made-instance.ts";

/** What one destination was asked to get. */
export class Wanted {
  /** Not answered yet: nobody has promised anything. */
  readonly owed = new Set<MadeInstance>();
  /** Answered with success: none of these may be lost. */
  readonly promised = new Set<string>();
  /** How often an instance was asked for. */
  asked = 0;
}

/**
 * Has instances sent to some modalities by a host that may be killed at any time. As a client that
 * loses nothing does, it asks again for what was not answered.
 */
export class Asker {
  readonly wanted: ReadonlyMap<string, Wanted>;

  constructor(modalities: readonly string[]) {
    this.wanted = new Map(modalities.map((name) => [name, new Wanted()]));
  }

  get isAnswered(): boolean {
    return [...this.wanted.values()].every(({ owed }) => owed.size === 0);
  }

  /** `atATime`: in one request. Returns when all is answered, or the host is gone. */
  async ask(host: HostProcess, more: readonly MadeInstance[], atATime: number): Promise<void> {
    const together = new Set<MadeInstance>();
    for (const { owed } of this.wanted.values()) {
      for (const one of more) owed.add(one);
      for (const one of owed) together.add(one);
    }
    const all = [...together];
    try {
      for (let at = 0; at < all.length; at += atATime) {
        await this.#askFor(host, all.slice(at, at + atATime));
      }
    } catch (error) {
      // What `fetch` says of a host that is gone.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async #askFor(host: HostProcess, some: readonly MadeInstance[]): Promise<void> {
    const ids = new Map<MadeInstance, string>();
    for (const one of some) ids.set(one, await host.take(one.file));
    for (const [name, wanted] of this.wanted) {
      const mine = some.filter((one) => wanted.owed.has(one));
      if (mine.length === 0) continue;
      wanted.asked += mine.length;
      const resources = mine.flatMap((one) => ids.get(one) ?? []);
      await host.store(`/modalities/${name}/store`, resources);
      for (const one of mine) {
        wanted.owed.delete(one);
        wanted.promised.add(one.sopInstance);
      }
    }
  }
}
