import type { JobRecord, NewJobRecord } from "../../core/job-record.ts";
import type { Added, JobStore } from "../../ports/job-store.ts";
import type { Properties, Property } from "../../ports/properties.ts";
import { LocalSequences, type Sequences } from "./sequences.ts";

const done = Promise.resolve();

/**
 * The store of a host that keeps nothing: it hands out sequences and forgets the rest, because the
 * engine has every record in memory anyway. If the process dies, every job is gone.
 */
export class MemoryStore implements JobStore, Properties {
  readonly durable = false;
  readonly #properties = new Map<string, Map<string, Uint8Array>>();
  readonly #sequences: Sequences;

  constructor(sequences: Sequences = new LocalSequences()) {
    this.#sequences = sequences;
  }

  open(): Promise<readonly JobRecord[]> {
    return Promise.resolve([]);
  }

  add(_record: NewJobRecord, ...more: readonly NewJobRecord[]): Added {
    const sequence = this.nextSequence();
    for (const _ of more) this.nextSequence();
    return { sequence, committed: done };
  }

  nextSequence(): number {
    return this.#sequences.nextSequence();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  async propertiesAfter(plugin: string, after: string | null): Promise<readonly Property[]> {
    const all = [...(this.#properties.get(plugin) ?? [])].map(([name, value]) => ({ name, value }));
    // There are no more than a thousand; in one place they need not be read in parts.
    return after === null ? all : [];
  }

  async setProperty(plugin: string, name: string, value: Uint8Array | null): Promise<void> {
    const own = this.#properties.get(plugin) ?? new Map<string, Uint8Array>();
    this.#properties.set(plugin, own);
    if (value === null) own.delete(name);
    else own.set(name, value);
  }

  beforeSending(callback: () => void): void {
    queueMicrotask(callback);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
