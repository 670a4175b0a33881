import { resolve } from "node:path";
import { FileOutputs } from "./adapters/file-outputs.ts";
import { LocalRoom } from "./adapters/local-room.ts";
import { NativeSide } from "./adapters/native/native-side.ts";
import { MemoryStore } from "./adapters/stores/memory-store.ts";
import { SqliteStore } from "./adapters/stores/sqlite/sqlite-store.ts";
import { TracedRunner } from "./adapters/tracing/traced-runner.ts";
import { systemClock } from "./adapters/system-clock.ts";
import type { CompleteOptions } from "./host-options.ts";
import { requireBinding, type NativeCore } from "./native/binding.ts";
import type { Jobs } from "./ports/jobs.ts";
import type { JobStore } from "./ports/job-store.ts";
import type { Room } from "./ports/room.ts";
import type { Runner } from "./ports/runner.ts";
import type { Properties } from "./ports/properties.ts";

/** `native`: the side through whose queue writes go; null: there is none. */
export function createStore(
  { store }: CompleteOptions,
  native: { readonly core: NativeCore } | null,
): JobStore & Properties {
  switch (store.kind) {
    case "memory":
      return new MemoryStore(native?.core);
    case "sqlite":
      return new SqliteStore({
        path: store.path,
        durability: store.durability ?? "full",
        load: store.load ?? true,
        ...(native !== null && { native: native.core }),
      });
  }
}

/** Outputs stand beside the database, as long as the jobs do. */
export function createOutputs({ store }: CompleteOptions): FileOutputs {
  if (store.kind === "memory")
    return new FileOutputs({ folder: null, flushes: false, sweeps: true });
  return new FileOutputs({
    folder: `${resolve(store.path)}-outputs`,
    flushes: (store.durability ?? "full") === "full",
    // Without its records nobody knows whose the files are.
    sweeps: store.load ?? true,
  });
}

/** @throws {JobEngineError} there is no addon */
export function createNativeSide(options: CompleteOptions, runner: Runner): NativeSide {
  return new NativeSide({
    binding: requireBinding(),
    slots: options.concurrentJobs,
    durable: options.store.kind !== "memory",
    history: options.historySize,
    limitJobs: options.limitJobs,
    drainTimeoutMs: options.drainTimeoutMs,
    config: JSON.stringify(options.pluginSettings),
    runner,
    clock: systemClock,
  });
}

/** How many jobs may wait: whoever has the slots counts them. */
export function roomOf({ limitJobs }: CompleteOptions, native: NativeSide | null): Room {
  return native?.room ?? new LocalRoom(limitJobs);
}

/** Runs that no runner here begins have spans too, if any have. */
export function traceRuns(runner: Runner, jobs: Pick<Jobs, "observe">): void {
  if (runner instanceof TracedRunner) jobs.observe(runner.observe);
}
