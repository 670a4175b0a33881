/** Milliseconds; DICOM has none of its own. */
export interface Patience {
  /** Until the connection stands, TLS included. Default 10,000. */
  readonly connectMs: number;
  /** For the answers to an association and to a release. Default 30,000. */
  readonly associationMs: number;
  /** Without a byte that the peer takes. A slow peer that gets on is none. Default 60,000. */
  readonly progressMs: number;
  /** For the answer to a whole message: archives take their time to commit. Default 300,000. */
  readonly responseMs: number;
}

/** What goes unless it is said otherwise. */
export const defaultPatience: Patience = {
  connectMs: 10_000,
  associationMs: 30_000,
  progressMs: 60_000,
  responseMs: 300_000,
};
