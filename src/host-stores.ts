import { resolve } from "node:path";
import { FileOutputs } from "./adapters/file-outputs.ts";
import { MemoryStore } from "./adapters/stores/memory-store.ts";
import { SqliteStore } from "./adapters/stores/sqlite/sqlite-store.ts";
import type { CompleteOptions } from "./host-options.ts";
import type { NativeCore } from "./native/binding.ts";
import type { JobStore } from "./ports/job-store.ts";
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
