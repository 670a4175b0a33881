import type { JobObject, LogObject, StateName } from "../http/orthanc.ts";
import type { Panel, PanelAction, PanelCard, PanelFact, PanelSection } from "../http/panel.ts";

export type { JobObject, LogObject, StateName };
export type { Panel, PanelAction, PanelCard, PanelFact, PanelSection };

/** How many jobs of each state the host has. */
export type Totals = Readonly<Record<StateName, number>>;

/** A frame of `GET /events`: what has changed since the last one. */
export interface JobsFrame {
  readonly Jobs: readonly JobObject[];
  /** Ids of jobs that the host has forgotten. */
  readonly Gone: readonly string[];
  readonly Totals: Totals;
}

/** `GET /plugins/{id}`, as far as the page shows it. */
export interface PluginObject {
  readonly ID: string;
  readonly Version: string;
  readonly Isolation: "none" | "thread" | "process";
  readonly Runner: "native" | "javascript";
  readonly JobTypes: readonly { readonly Type: string }[];
  readonly Panels: readonly { readonly Title: string; readonly Path: string }[];
}

/** `GET /system`, as far as the page shows it. */
export interface SystemObject {
  readonly Name: string;
  readonly BatonVersion: string;
}

/** What became of many jobs at once. */
export interface BulkAnswer {
  readonly Changed: readonly string[];
  readonly Refused: readonly { readonly Code: string; readonly ID: string }[];
}

/** A node of `GET /jobs/{id}/progress`; times are epoch milliseconds. */
export interface ProgressNode {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly state: "waiting" | "running" | "canceling" | "canceled" | "failed" | "finished";
  readonly done: number;
  /** Null: unknown. */
  readonly total: number | null;
  /** From 0 to 1; null: unknown. */
  readonly fraction: number | null;
  readonly percent: number | null;
  readonly isCancelable: boolean;
  readonly etaMs?: number | null;
  readonly reason?: string;
  readonly error?: { readonly name: string; readonly message: string };
  readonly lastLine: { readonly text: string } | null;
  readonly parts: readonly ProgressNode[];
  /** So many parts are left out: the tree is too large. */
  readonly omitted?: number;
}
