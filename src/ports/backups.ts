/** A copy of everything that is committed, and of its outputs: a tar archive. */
export interface Backup {
  /** Bytes in all. */
  readonly size: number;
  /** The copy; it can be read once. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Lets go of the copy. REQUIRES: called, unless it was read to its end. Idempotent. */
  discard(): void;
}

/** Copies a store while it is in use. */
export interface Backups {
  /** Absolute paths of the database that is copied, each of them good. */
  readonly databases: readonly string[];
  /**
   * Copies what is committed, at least all that was answered before; commits go on meanwhile.
   * @throws {JobEngineError} BUSY: one is under way; STORE_FAILED: it could not be written
   */
  backUp(): Promise<Backup>;
}
