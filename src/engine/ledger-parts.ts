import type { HistoryLimits } from "../core/history.ts";
import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { Outcome } from "../core/job-state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Mirror } from "../ports/mirror.ts";
import type { OutputFiles } from "../ports/outputs.ts";
import type { Announcer } from "./announcer.ts";
import type { EngineLog } from "./engine-log.ts";
import type { JobTypes } from "./job-types.ts";
import type { Persistence } from "./persistence.ts";
import type { Trees } from "./trees.ts";
import type { Waiters } from "./waiters.ts";

/** What the ledger tells the dispatcher, which decides what runs. */
export interface Movements {
  moved(before: JobRecord, after: JobRecord): void;
  wakeAt(id: JobId, time: number): void;
  /** What the record says is committed. */
  committed(record: JobRecord): void;
  /** See Dispatcher. */
  checkPlaces(): void;
}

export interface LedgerParts {
  readonly clock: Clock;
  readonly types: JobTypes;
  readonly persistence: Persistence;
  readonly announcer: Announcer;
  readonly log: EngineLog;
  readonly trees: Trees;
  readonly files: OutputFiles;
  readonly waiters: Waiters;
  readonly mirror: Mirror | null;
  /** Whether runs of this plugin's jobs bring checkpoints to the store themselves. */
  readonly savesItself: (plugin: string) => boolean;
  readonly history: HistoryLimits;
  /** Check the table after every change; for tests. */
  readonly checkInvariants: boolean;
}

/** `committed`: resolves when the change may be told; rejects with STORE_FAILED. */
export interface Applied {
  readonly outcome: Outcome;
  readonly committed: Promise<void>;
}
