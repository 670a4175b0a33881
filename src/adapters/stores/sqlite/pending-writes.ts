import { JobEngineError } from "../../../core/errors.ts";
import type { JobId } from "../../../core/job-id.ts";
import type { NativeProperty } from "../../../native/messages.ts";
import type { StoreWrite } from "../../../ports/job-store.ts";
import type { CommitMark } from "./commit-mark.ts";
import type { RowWrite, WriteRequest } from "./messages.ts";
import { placed } from "./placed.ts";
import { toValues } from "./rows.ts";

export interface Waiter {
  readonly committed: () => void;
  readonly failed: (error: JobEngineError) => void;
}

/** What is written of a plugin, not of a job. */
export interface PropertyWrite {
  readonly kind: "property";
  readonly property: NativeProperty;
}

interface PendingWrite {
  readonly request: WriteRequest;
  readonly waiter: Waiter;
  /** It was in doubt when a thread died, and was handed to the next one. */
  readonly isAgain: boolean;
}

/** The writes that the store thread has not answered yet, in the order they were sent. */
export class PendingWrites {
  readonly #pending = new Map<number, PendingWrite>();
  /** New jobs answered STORE_FAILED that may be stored: the next thread to open removes them. */
  readonly #toRemove = new Set<JobId>();
  /** Those of them that the thread that opens now has been told. */
  #removing: readonly JobId[] = [];
  #number = 0;
  #heard = 0;

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** What the thread that is about to open must remove. */
  beginRemoving(): readonly JobId[] {
    this.#removing = [...this.#toRemove];
    return this.#removing;
  }

  /** Makes a request of the writes; `waiter` hears of it exactly once. */
  add(
    writes: readonly (StoreWrite | PropertyWrite)[],
    adds: boolean,
    waiter: Waiter,
  ): WriteRequest {
    this.#number += 1;
    const request: WriteRequest = {
      kind: "write",
      number: this.#number,
      heard: this.#heard,
      adds,
      writes: writes.map(toRowWrite),
    };
    this.#pending.set(request.number, { request, waiter, isAgain: false });
    return request;
  }

  /** The new jobs of this request have got their places, from `sequence` on. */
  placed(number: number, sequence: number): void {
    const write = this.#pending.get(number);
    if (write === undefined) return;
    const request = { ...write.request, writes: placed(write.request.writes, sequence) };
    this.#pending.set(number, { ...write, request });
  }

  committed(first: number, last: number): void {
    for (let number = first; number <= last; number += 1) this.#take(number)?.waiter.committed();
  }

  failed(number: number, error: JobEngineError): void {
    const write = this.#take(number);
    if (write?.isAgain === true && write.request.adds) this.#remember(write.request);
    write?.waiter.failed(error);
  }

  /** They are removed; what was refused meanwhile is not. */
  removed(): void {
    for (const id of this.#removing) this.#toRemove.delete(id);
    this.#removing = [];
  }

  /**
   * Answers what the dead thread left: the requests that may be committed are returned, to be
   * written again; all others have failed. Without a mark (the thread could not even open the file)
   * and at the second death everything has failed.
   */
  afterDeath(mark: CommitMark | null, reason: string): readonly WriteRequest[] {
    const again: WriteRequest[] = [];
    for (const [number, { request, waiter, isAgain }] of this.#pending) {
      if (!isAgain && mark?.covers(number) === true) {
        again.push(request);
        this.#pending.set(number, { request, waiter, isAgain: true });
        continue;
      }
      this.failed(number, new JobEngineError("STORE_FAILED", reason));
    }
    return again;
  }

  #remember(request: WriteRequest): void {
    for (const write of request.writes) {
      if (write.kind !== "property") this.#toRemove.add(write.id);
    }
  }

  #take(number: number): PendingWrite | null {
    const write = this.#pending.get(number) ?? null;
    this.#pending.delete(number);
    this.#heard = Math.max(this.#heard, number);
    return write;
  }
}

function toRowWrite(write: StoreWrite | PropertyWrite): RowWrite {
  if (write.kind === "delete" || write.kind === "property") return write;
  const { id } = write.record;
  try {
    const row = toValues(write.record);
    return {
      kind: write.kind,
      id,
      row: row.map((value) => (value instanceof Uint8Array ? ownBytes(value) : value)),
    };
  } catch (error) {
    return { kind: "invalid", id, fault: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * A message copies the whole memory that bytes are a view of (Node's small buffers share a large
 * one), and does not copy shared memory at all: such bytes are copied before.
 */
function ownBytes(bytes: Uint8Array): Uint8Array {
  const isWhole =
    bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
  return isWhole ? bytes : new Uint8Array(bytes);
}
