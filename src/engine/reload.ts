import type { Clock } from "../ports/clock.ts";
import type { JobStore, StoreWrite } from "../ports/job-store.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Ledger } from "./ledger.ts";
import type { Outputs } from "./outputs.ts";
import { reloaded } from "./reloaded.ts";
import type { WaitingRoom } from "./waiting-room.ts";

export interface ReloadParts {
  readonly store: JobStore;
  readonly ledger: Ledger;
  readonly dispatcher: Dispatcher;
  readonly room: WaitingRoom;
  readonly outputs: Outputs;
  readonly clock: Clock;
}

/**
 * Reads the store and puts every job where it was when the process before this one ended.
 * @throws {JobEngineError} of JobStore.open
 */
export async function reload({
  store,
  ledger,
  dispatcher,
  room,
  outputs,
  clock,
}: ReloadParts): Promise<void> {
  const writes: StoreWrite[] = [];
  const found = await store.open();
  const now = clock.now();
  const records = found.map((stored) => {
    const record = reloaded(stored, now);
    if (record !== stored) writes.push({ kind: "put", record });
    return record;
  });
  if (writes.length > 0) await store.commit(writes);
  ledger.load(records);
  room.found(ledger.table.count("pending"));
  await outputs.sweep(records);
  for (const record of records) {
    const { id, state, changedAt } = record;
    if (state.kind === "pending") dispatcher.enqueue(record);
    if (state.kind !== "retrying") continue;
    // Nobody waits longer than was asked for: the clock may have been set back since.
    dispatcher.wakeAt(id, Math.min(state.dueAt, now + state.dueAt - changedAt));
  }
}
