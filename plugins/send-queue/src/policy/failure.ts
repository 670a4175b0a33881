/** Why an instance was not delivered, as it is judged, kept and shown. Without any patient's data. */
export interface Failure {
  /** Whose trouble it is, and so who waits. */
  readonly scope: Scope;
  readonly kind: Kind;
  /** For programs: "A700", "ECONNREFUSED", "rejected 1/1/3", "HTTP 503". */
  readonly code: string;
  /** One sentence for people. */
  readonly sentence: string;
  /** Milliseconds that the peer asked us to wait; null: it did not say. */
  readonly waitMs: number | null;
  /** How often an instance is tried again that has failed so; absent: as its kind says. */
  readonly retries?: number;
}

/**
 * `instance`: this one alone, the others go on. `association`: the instance in flight is charged, and
 * the others are sent on another association. `destination`: all of them wait, and none is charged.
 * `local`: the peer has nothing to do with it.
 */
export type Scope = "instance" | "association" | "destination" | "local";

/**
 * `transient`: it may be better the next time. `doubtful`: it may be, but is rarely: two more tries, or as many as it says.
 * `configuration`: somebody has to change something; the destination is asked slowly.
 * `permanent`: it goes to the error queue at once.
 */
export type Kind = "transient" | "doubtful" | "configuration" | "permanent";

/** What a peer's answer to one instance means. */
export type Verdict =
  | { readonly kind: "delivered"; readonly warning: string | null }
  | { readonly kind: "failed"; readonly failure: Failure };

/** `waitMs` is null, the rest is as said. */
export const failure = (scope: Scope, kind: Kind, code: string, sentence: string): Failure => ({
  scope,
  kind,
  code,
  sentence,
  waitMs: null,
});
