import type { JsonObject, PanelCard } from "../../../../src/sdk.ts";
import type { Roster } from "../destinations/roster.ts";
import type { Total } from "../queue/queue-reader.ts";

/** A destination that the configuration does not have any more, and what is still there for it. */
export interface Unconfigured {
  readonly name: string;
  readonly pending: number;
  readonly failed: number;
}

/** Those for which something waits or failed: nobody else would tell of it. */
export function unconfigured(
  destinations: Pick<Roster, "has">,
  totals: readonly Total[],
): readonly Unconfigured[] {
  const names = new Set(totals.map(({ destination }) => destination));
  const count = (name: string, state: Total["state"]): number =>
    totals.find((total) => total.destination === name && total.state === state)?.count ?? 0;
  return [...names]
    .filter((name) => !destinations.has(name))
    .map((name) => ({ name, pending: count(name, "pending"), failed: count(name, "failed") }))
    .filter(({ pending, failed }) => pending + failed > 0);
}

export const summaryOfUnconfigured = ({ name, pending, failed }: Unconfigured): JsonObject => ({
  Name: name,
  Pending: pending,
  Failed: failed,
  State: "NotConfigured",
});

export const cardOfUnconfigured = ({ name, pending, failed }: Unconfigured): PanelCard => ({
  id: name,
  title: name,
  state: "Not configured",
  tone: "trouble",
  note: "The configuration has no such destination any more: give it back, or cancel its jobs.",
  facts: [
    { name: "Waiting", value: pending },
    { name: "Errors", value: failed },
  ],
});
