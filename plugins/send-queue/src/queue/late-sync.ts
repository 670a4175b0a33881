import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";
import type { Fsync, QueueCall, QueueMessage } from "./messages.ts";

/** What was written is on the disk after so long, in milliseconds: with what it waited before, twenty. */
const withinMs = 10;

/** What the disk does not take is tried again after so long at most, in milliseconds. */
const mostMs = 1_000;

/** Hears why the disk does not take what was written, once; and null when it does again. */
export type TellDisk = (trouble: string | null) => void;

/**
 * Calls that change nothing but what became of an item, or which job sends a request. If the machine loses its
 * power right after one, the item waits again and is sent twice, or the request has no job that it knows, and
 * gets another: two share it. If only the process ends, what was written stays written.
 */
const lateCalls: ReadonlySet<QueueCall> = new Set<QueueCall>([
  "settle",
  "settleAll",
  "setJob",
  // These write nothing.
  "claim",
  "release",
  "counts",
  "prospect",
  "place",
  "places",
  "instanceIds",
  "items",
  "totals",
  "openRequests",
  "isAwaited",
  "isSpooled",
  "journal",
]);

const lateWrites: ReadonlySet<QueueCall> = new Set<QueueCall>(["settle", "settleAll", "setJob"]);

/** Whether a call that may be late writes something. */
export const isLateWrite = (name: QueueCall): boolean => lateWrites.has(name);

/** Whether nobody who made these calls needs them to be on the disk when they are answered. */
export const mayBeLate = (calls: readonly Pick<QueueMessage, "name">[], fsync: Fsync): boolean =>
  fsync === "group" && calls.every(({ name }) => lateCalls.has(name));

/** Removes what is on the disk only, so what it goes by has to be there, too. */
export const needsAll = (calls: readonly Pick<QueueMessage, "name">[]): boolean =>
  calls.some(({ name }) => name === "unneeded");

/** How a file gets to the disk. */
export interface Disk {
  readonly sync: (done: (error: unknown) => void) => void;
  /** @throws what the file system throws */
  readonly syncNow: () => void;
  readonly close: () => void;
}

/** @throws what the file system throws */
export function diskOf(path: string): Disk {
  const file = openSync(path, "r+");
  return {
    sync: (done) => fdatasync(file, done),
    syncNow: () => fdatasyncSync(file),
    close: () => closeSync(file),
  };
}

/** Has what was written to a file without waiting for the disk get there soon, all of it together. */
export class LateSync {
  readonly #open: () => Disk;
  readonly #withinMs: number;
  readonly #tell: TellDisk;
  #disk: Disk | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isSyncing = false;
  /** Something was written since the last sync began. */
  #isBehind = false;
  #isOver = false;
  /** In a row, up to now. */
  #failures = 0;

  /** `open`: called when there is something to sync for the first time. */
  constructor(
    open: () => Disk,
    { tell = () => {}, afterMs = withinMs }: { tell?: TellDisk; afterMs?: number } = {},
  ) {
    this.#open = open;
    this.#tell = tell;
    this.#withinMs = afterMs;
  }

  /** Something was written. */
  written(): void {
    this.#isBehind = true;
    if (this.#timer !== null || this.#isSyncing) return;
    const afterMs = Math.min(mostMs, this.#withinMs * 2 ** Math.max(0, this.#failures - 1));
    this.#timer = setTimeout(() => this.#sync(), afterMs);
  }

  /** Everything that was written is on the disk when this returns. @throws what the file system throws */
  now(): void {
    if (!this.#isBehind && !this.#isSyncing) return;
    this.#at().syncNow();
    this.#isBehind = false;
    this.#well();
  }

  /** Whoever closes the file that is synced has it on the disk. */
  close(): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isSyncing) this.#disk?.close();
  }

  #at(): Disk {
    return (this.#disk ??= this.#open());
  }

  #sync(): void {
    this.#timer = null;
    if (!this.#isBehind) return;
    this.#isSyncing = true;
    this.#isBehind = false;
    try {
      this.#at().sync((error) => this.#synced(error));
    } catch (error) {
      this.#synced(error);
    }
  }

  #synced(error: unknown): void {
    this.#isSyncing = false;
    if (this.#isOver) {
      this.#disk?.close();
      return;
    }
    if (error === null) this.#well();
    else this.#failed(error);
    // What the disk has not taken is tried again; whoever needs it there is told.
    if (error !== null || this.#isBehind) this.written();
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    if (this.#failures === 1) this.#tell(error instanceof Error ? error.message : String(error));
  }

  #well(): void {
    if (this.#failures > 0) this.#tell(null);
    this.#failures = 0;
  }
}
