import type { ErrorCode } from "../core/errors.ts";

/** A plugin that is loaded, and where its code runs. */
export interface PluginInfo {
  readonly name: string;
  readonly version: string;
  readonly isolation: "none" | "thread" | "process";
  /** What calls it: the native core's threads, or an event loop. */
  readonly runner: "native" | "javascript";
  /** The job types it has registered. */
  readonly types: readonly {
    readonly type: string;
    /** Whether anybody may have one made from content. */
    readonly canCreate: boolean;
  }[];
  /** What it shows on the dashboard. */
  readonly panels: readonly PanelInfo[];
}

/** A route that answers a `Panel`. */
export interface PanelInfo {
  readonly title: string;
  readonly path: string;
}

/** Something that keeps a host from doing its work for now. */
export interface Trouble {
  readonly code: ErrorCode;
  /** A sentence; it goes out to anybody. */
  readonly sentence: string;
}

/** What a host says of itself. */
export interface About {
  /** Of this package. */
  readonly version: string;
  readonly concurrentJobs: number;
  plugins(): readonly PluginInfo[];
  /** None: it can take jobs and run them. */
  troubles(): readonly Trouble[];
}
