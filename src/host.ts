import type { Jobs } from "./ports/jobs.ts";
import type { JobHost } from "./sdk.ts";

/** An open host: an engine with its store, its plugins and, if wanted, its server. */
export interface Host extends JobHost, Jobs, AsyncDisposable {
  /** Where the REST interface is served; null: it is not. */
  readonly url: string | null;
  readonly plugins: readonly { readonly name: string; readonly version: string }[];
  /** The gauges that native plugins have set (`set_metric`), by plugin and name. */
  metrics(): readonly Metric[];
  /**
   * No new jobs; running steps are asked to stop and awaited for `drainTimeoutMs`; every payload is
   * finalized, every record committed; plugins stop in reverse order. Idempotent. From a callback
   * it starts the closing and resolves at once.
   */
  close(): Promise<void>;
}

/** A gauge of a plugin. */
export interface Metric {
  readonly plugin: string;
  readonly name: string;
  readonly value: number;
}
