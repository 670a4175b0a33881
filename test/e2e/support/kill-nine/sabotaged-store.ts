import type { JobRecord, NewJobRecord } from "../../../../src/core/job-record.ts";
import type { Added, JobStore, StoreWrite } from "../../../../src/ports/job-store.ts";
import type { Sabotage } from "./protocol.ts";

/** A store that answers writes it has not written. The kill -9 test must notice. */
export class SabotagedStore implements JobStore {
  readonly durable = true;
  readonly #store: JobStore;
  readonly #sabotage: Sabotage;

  constructor(store: JobStore, sabotage: Sabotage) {
    this.#store = store;
    this.#sabotage = sabotage;
  }

  open(): Promise<readonly JobRecord[]> {
    return this.#store.open();
  }

  add(record: NewJobRecord): Added {
    if (this.#sabotage !== "no commits") return this.#store.add(record);
    return { sequence: this.#store.nextSequence(), committed: Promise.resolve() };
  }

  nextSequence(): number {
    return this.#store.nextSequence();
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.#sabotage !== "no checkpoints") return Promise.resolve();
    return this.#store.commit(writes.filter((write) => !isOfRunning(write)));
  }

  beforeSending(callback: () => void): void {
    this.#store.beforeSending(callback);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

const isOfRunning = (write: StoreWrite): boolean =>
  write.kind === "put" && write.record.state.kind === "running";
