import type {
  JobHost,
  Panel,
  PanelAction,
  PanelCard,
  PanelFact,
  PanelSection,
} from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import { lastErrorOf } from "../destinations/last-error.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { Item } from "../queue/item.ts";
import type { Total } from "../queue/queue-reader.ts";
import { actionsOf } from "./panel-actions.ts";
import { cardOfUnconfigured, unconfigured } from "./unconfigured.ts";

/** So many errors are shown; how many there are stands with their destination. */
const maxErrors = 25;

/** What is known of a destination when it is shown. */
interface Seen {
  readonly destination: Destination;
  readonly totals: readonly Total[];
  /** Names of the other destinations. */
  readonly others: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Registers the panel of the dashboard: each destination, and the error queue. */
export function registerPanel(host: JobHost, { queue, destinations }: SendQueue): void {
  const panel = async (): Promise<Panel> => {
    const totals = await queue.call("totals", {});
    const filter = { state: "failed" } as const;
    const errors = await queue.call("items", { filter, limit: maxErrors });
    const now = Date.now();
    const cards = [...destinations].map((one) => cardOf(seen(one, destinations, totals, now)));
    const others = unconfigured(destinations, totals).map(cardOfUnconfigured);
    return { sections: [destinationsOf([...cards, ...others]), errorsOf(errors)] };
  };
  host.registerRoute("GET", "/send-queue/panel", async () => ({ body: await panel() }), {
    panel: "Send queue",
  });
}

const seen = (
  destination: Destination,
  destinations: Iterable<Destination>,
  all: readonly Total[],
  now: number,
): Seen => ({
  destination,
  totals: all.filter((total) => total.destination === destination.target.name),
  others: [...destinations].filter((one) => one !== destination).map(({ target }) => target.name),
  now,
});

const destinationsOf = (cards: readonly PanelCard[]): PanelSection => ({
  title: "Destinations",
  cards,
  empty: "None is configured.",
});

const errorsOf = (items: readonly Item[]): PanelSection => ({
  title: "Errors",
  note: "These are not tried again by themselves.",
  ...(items.length > 0 && { actions: [requeueAll] }),
  cards: items.map(errorOf),
  empty: "Nothing waits here for a decision.",
});

const requeueAll: PanelAction = {
  label: "Try all again",
  method: "POST",
  path: "/send-queue/errors/requeue",
  body: {},
  confirm: "All errors of all destinations go back into the queue, with new attempts.",
};

const nothing = { count: 0, bytes: 0, oldest: 0 };

/** One destination: how it fares, what waits, and what can be done. */
function cardOf({ destination, totals, others, now }: Seen): PanelCard {
  const perSecond = destination.meter.rates();
  const { name } = destination.target;
  const of = (state: Item["state"]): Pick<Total, "count" | "bytes" | "oldest"> =>
    totals.find((total) => total.state === state) ?? nothing;
  const waiting = of("pending");
  const facts: readonly PanelFact[] = [
    { name: "Waiting", value: waiting.count },
    { name: "Size", value: waiting.bytes, unit: "bytes" },
    { name: "Oldest", value: waiting.count === 0 ? null : waiting.oldest, unit: "time" },
    { name: "Sent", value: of("sent").count },
    { name: "Rate", value: perSecond.instances, unit: "per-second" },
    { name: "Bytes a second", value: perSecond.bytes, unit: "bytes" },
    { name: "Errors", value: of("failed").count },
  ];
  const { next, ...standing } = standingOf(destination, waiting.count > 0, now);
  const due: readonly PanelFact[] =
    next === null ? [] : [{ name: "Next try", value: next, unit: "time" }];
  return {
    id: name,
    title: name,
    ...standing,
    facts: [...facts, ...due],
    actions: actionsOf(destination, { waiting: waiting.count, errors: of("failed").count }, others),
  };
}

interface Standing extends Pick<PanelCard, "state" | "tone" | "note"> {
  /** Epoch milliseconds; null: it waits for nothing. */
  readonly next: number | null;
}

function standingOf(destination: Destination, hasWork: boolean, now: number): Standing {
  const { breaker, isPaused } = destination;
  if (isPaused) {
    return { state: "Paused", tone: "waiting", note: "Until somebody resumes it.", next: null };
  }
  const opens = destination.opensAt(now);
  if (opens > now) return { state: "Closed at this time", tone: "waiting", next: opens };
  if (breaker.kind === "closed") {
    return { state: hasWork ? "Sending" : "Ready", tone: hasWork ? "good" : "plain", next: null };
  }
  const { why, until } = breaker;
  const state = why.kind === "configuration" ? "Misconfigured" : "In trouble";
  return { state, tone: "trouble", note: lastErrorOf(destination.target, why), next: until };
}

/** UIDs only: nobody's name. */
function errorOf({ id, destination, instance, lastFailure, attempts, changedAt }: Item): PanelCard {
  const why = lastFailure === null ? "" : `${lastFailure.sentence} (${lastFailure.code})`;
  return {
    id: String(id),
    title: instance.sopInstance,
    state: destination,
    tone: "trouble",
    note: why,
    facts: [
      { name: "Since", value: changedAt, unit: "time" },
      { name: "Attempts", value: attempts },
      { name: "Size", value: instance.size, unit: "bytes" },
    ],
    actions: [
      { label: "Try again", method: "POST", path: `/send-queue/items/${id}/retry` },
      {
        label: "Remove",
        method: "DELETE",
        path: `/send-queue/items/${id}`,
        confirm: "It is not sent to this destination any more.",
      },
    ],
  };
}
