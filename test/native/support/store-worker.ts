// A store's thread that keeps nothing: it answers what it takes, in the way it is told.
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { binding } from "./host.ts";

export interface StoreOrder {
  readonly number: number;
  /** `hold`: takes, and never answers. */
  readonly manner: "commit" | "refuse" | "hold";
}

/** What it tells; `attached` comes first. */
export type StoreNews =
  | { readonly kind: "attached"; readonly doubtful: readonly string[] }
  | { readonly kind: "took"; readonly what: readonly string[] };

const port = parentPort;
assert.ok(port !== null);
const { number, manner } = workerData as StoreOrder;
const tell = (news: StoreNews): void => port.postMessage(news);

const store = binding().attachStore(number, () => {
  const requests = store.take();
  if (requests.length > 0) tell({ kind: "took", what: requests.map((request) => request.kind) });
  for (const { ticket } of manner === "hold" ? [] : requests) {
    if (manner === "commit") store.committed(ticket);
    else store.refused(ticket);
  }
});
const doubtful = store.doubtfulIds();
store.opened();
tell({ kind: "attached", doubtful });
// Anything the host says ends this thread in good order.
port.once("message", () => store.close());
