import type { JsonValue } from "./job.ts";

// Types, not interfaces: so they are JSON values, which a route may answer.

/**
 * What a plugin shows of itself on the dashboard: the JSON answer of a route that is registered with
 * `panel`. The page asks for it every two seconds while somebody looks at it. Data only: no plugin
 * runs code of its own in the page.
 */
export type Panel = {
  readonly sections: readonly PanelSection[];
};

/** Some things of one kind. */
export type PanelSection = {
  readonly title: string;
  /** A sentence below the title. */
  readonly note?: string;
  /** Buttons for all of them. */
  readonly actions?: readonly PanelAction[];
  readonly cards: readonly PanelCard[];
  /** What is said when there are no cards; default: "None." */
  readonly empty?: string;
};

/** One thing: its name, how it fares, what is known of it. */
export type PanelCard = {
  /** Tells it from the others of its section, and stays the same over time. Default: the title. */
  readonly id?: string;
  readonly title: string;
  /** A word or two, such as "Sending". */
  readonly state?: string;
  /** How that is meant; default `plain`. */
  readonly tone?: PanelTone;
  /** From 0 to 1: a bar. */
  readonly progress?: number;
  readonly facts?: readonly PanelFact[];
  /** A sentence: why, and what to do. */
  readonly note?: string;
  readonly actions?: readonly PanelAction[];
};

export type PanelTone = "plain" | "good" | "waiting" | "trouble";

/** A fact, and how it is written. A null is shown as a dash. */
export type PanelFact = {
  readonly name: string;
  readonly value: string | number | null;
  /** Of a number: bytes; milliseconds since 1970, shown as how long ago or until; a rate in 1/s. */
  readonly unit?: "bytes" | "time" | "per-second";
};

/** A button. The page sends the request as whoever looks at it: their scopes decide whether they may. */
export type PanelAction = {
  readonly label: string;
  readonly method: "POST" | "PUT" | "DELETE";
  /** A path of this host, such as "/send-queue/destinations/pacs/pause". */
  readonly path: string;
  /** Sent as JSON; absent: no body. */
  readonly body?: JsonValue;
  /** A question that is asked first; for what cannot be undone. */
  readonly confirm?: string;
};
