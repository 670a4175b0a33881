import { setTimeout as sleep } from "node:timers/promises";
import type { Snapshot } from "../../progress.ts";
import { HostRefusal, jobPath, type Client } from "./client.ts";
import { isJob, isOver, type Job } from "./job.ts";

/** What a job was when it was looked at. */
export interface Seen {
  readonly job: Job;
  readonly tree: Snapshot;
}

/** So many requests are under way at once, however many jobs there are. */
const atOnce = 8;

/** Looks at jobs again and again. */
export class Lookout {
  readonly client: Client;
  /** Each once. */
  readonly ids: readonly string[];
  /** Jobs that are known to have been there. */
  readonly #known: Set<string>;
  readonly #ended = new Map<string, Seen>();
  readonly #gone = new Set<string>();

  /** `known`: those of them that are there, or were. */
  constructor(client: Client, ids: readonly string[], known: readonly string[]) {
    this.client = client;
    this.ids = [...new Set(ids)];
    this.#known = new Set(known);
  }

  /** Those that were there and are no more: they have ended, and nobody knows how. */
  get gone(): ReadonlySet<string> {
    return this.#gone;
  }

  /** How all others are now. @throws {CommandError} */
  async look(): Promise<readonly Seen[]> {
    const seen = new Map<string, Seen>();
    const rest = this.ids.values();
    const lookOn = async (): Promise<void> => {
      for (const id of rest) {
        const found = await this.#lookAt(id);
        if (found !== null) seen.set(id, found);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lookOn));
    return this.ids.flatMap((id) => seen.get(id) ?? []);
  }

  /** Null: it is gone. */
  async #lookAt(id: string): Promise<Seen | null> {
    const ended = this.#ended.get(id);
    if (ended !== undefined) return ended;
    if (this.#gone.has(id)) return null;
    try {
      // The tree first: a job that has ended then is at its end there, too.
      const tree = await this.#patiently(`${jobPath(id)}/progress`, isTree);
      this.#known.add(id);
      const job = await this.#patiently(jobPath(id), isJob);
      if (isOver(job)) this.#ended.set(id, { job, tree });
      return { job, tree };
    } catch (error) {
      const isNoMore = error instanceof HostRefusal && error.status === 404 && this.#known.has(id);
      if (!isNoMore) throw error;
      this.#gone.add(id);
      return null;
    }
  }

  /** Asks again as long as it is told that it asks too often. */
  async #patiently<T>(path: string, is: (json: unknown) => json is T): Promise<T> {
    for (;;) {
      try {
        return await this.client.get(path, is);
      } catch (error) {
        if (!(error instanceof HostRefusal) || error.status !== 429) throw error;
        await sleep(error.retryAfterMs);
      }
    }
  }
}

const isTree = (json: unknown): json is Snapshot =>
  Array.isArray((json as Partial<Snapshot> | null)?.parts);
