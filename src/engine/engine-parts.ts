import type { HistoryLimits } from "../core/history.ts";
import type { JobLimits } from "../core/job-limits.ts";
import type { CallScope } from "../ports/call-scope.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Mirror } from "../ports/mirror.ts";
import type { OutputFiles } from "../ports/outputs.ts";
import type { Room } from "../ports/room.ts";
import type { Runner } from "../ports/runner.ts";
import type { Slots } from "../ports/slots.ts";

export interface EnginePorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly store: JobStore;
  readonly slots: Slots;
  readonly runner: Runner;
  readonly scope: CallScope;
  readonly mirror: Mirror | null;
  readonly files: OutputFiles;
  readonly room: Room;
}

export interface EngineOptions {
  readonly history: HistoryLimits;
  /** How long failed jobs are kept; milliseconds, 0: for ever. */
  readonly failedMaxAgeMs: number;
  readonly limits: JobLimits;
  /** Most payloads of pending jobs that can be made again; 0: no bound. */
  readonly maxPayloads: number;
  /** How long `close` waits for steps; milliseconds. */
  readonly drainTimeoutMs: number;
  /** Check the job table after every change; for tests, it costs O(n). */
  readonly checkInvariants: boolean;
}
