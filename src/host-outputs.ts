import { resolve } from "node:path";
import { FileOutputs } from "./adapters/file-outputs.ts";
import type { CompleteOptions } from "./host-options.ts";

/** Outputs stand beside the database, as long as the jobs do. */
export function createOutputs({ store }: Pick<CompleteOptions, "store">): FileOutputs {
  if (store.kind === "memory")
    return new FileOutputs({ folder: null, flushes: false, sweeps: true });
  return new FileOutputs({
    folder: `${resolve(store.path)}-outputs`,
    flushes: (store.durability ?? "full") === "full",
    // Without its records nobody knows whose the files are.
    sweeps: store.load ?? true,
  });
}
