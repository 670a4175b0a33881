import { placedAt } from "./job-row.ts";
import type { RowWrite } from "./messages.ts";

/** New jobs with their places, from `sequence` on. */
export function placed(writes: readonly RowWrite[], sequence: number): readonly RowWrite[] {
  return writes.map((write, at) =>
    write.kind === "put" ? { ...write, row: placedAt(write.row, sequence + at) } : write,
  );
}
