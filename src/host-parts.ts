import { resolve } from "node:path";
import { FileOutputs } from "./adapters/file-outputs.ts";
import { LocalRoom } from "./adapters/local-room.ts";
import { NativeSide } from "./adapters/native/native-side.ts";
import { MemoryStore } from "./adapters/stores/memory-store.ts";
import { SqliteStore } from "./adapters/stores/sqlite/sqlite-store.ts";
import type * as Tracing from "./adapters/tracing/traced-runner.ts";
import { systemClock } from "./adapters/system-clock.ts";
import type { CompleteOptions } from "./host-options.ts";
import { requireBinding, type NativeCore } from "./native/binding.ts";
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

/** Where every copy of OpenTelemetry's API 1.x keeps what was registered with it. */
const registered = Symbol.for("opentelemetry.js.api.1");

/** What makes spans of runs. */
export type RunTracing = Pick<typeof Tracing, "traced" | "traceRuns">;

/** If nobody has registered an OpenTelemetry SDK there are none, and its API is not even loaded. */
export async function loadTracing(): Promise<RunTracing> {
  return registered in globalThis ? import("./adapters/tracing/traced-runner.ts") : noTracing;
}

const noTracing: RunTracing = { traced: (runner) => runner, traceRuns() {} };
