import type { JobId } from "../../../core/job-id.ts";
import { findBinding, type NativeStore } from "../../../native/binding.ts";
import type { NativeProperty } from "../../../native/messages.ts";
import type { WriteRequest } from "./messages.ts";
import { readNativeRequest } from "./native-writes.ts";

/** The queue of the native core, on the store thread. */
export class NativeQueue {
  readonly #store: NativeStore;

  /** `wake` is called when there is something to take. */
  constructor(core: number, wake: () => void) {
    const binding = findBinding();
    if (binding === null) throw new Error("INTERNAL_NO_ADDON_ON_STORE_THREAD");
    this.#store = binding.attachStore(core, wake);
  }

  /** Takes everything, oldest first. REQUIRES: each is answered by its ticket. */
  take(): readonly WriteRequest[] {
    return this.#store.take().map(readNativeRequest);
  }

  committed(ticket: number): void {
    this.#store.committed(ticket);
  }

  refused(ticket: number): void {
    this.#store.refused(ticket);
  }

  /** What an earlier thread may have stored though it was answered STORE_FAILED. */
  get idsToRemove(): readonly JobId[] {
    return this.#store.doubtfulIds() as readonly JobId[];
  }

  /** What an earlier thread may have stored though it was answered STORE_FAILED, as it was before. */
  get propertiesToRestore(): readonly NativeProperty[] {
    return this.#store.doubtfulProperties();
  }

  /** A property that is in the file. */
  loadProperty(property: NativeProperty): void {
    this.#store.loadProperty(property);
  }

  /** The file is open and holds nothing that was refused: native threads may submit. */
  opened(): void {
    this.#store.opened();
  }

  close(): void {
    this.#store.close();
  }
}
