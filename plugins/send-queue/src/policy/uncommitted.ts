/** What becomes of an instance that a peer has taken and will not answer for. */
export type AfterUncommitted =
  /** It may have it all the same: it is asked again, in another transaction. */
  | "ask-again"
  /** It does not have it. */
  | "send-again"
  /** It will never: somebody looks at it. */
  | "give-up";

/** So often an instance is sent before that is no use. */
const maxSends = 3;

/** The transaction is known to the peer: another number will do. */
const duplicateTransaction = 0x0131;

/** It has something else of this UID, or does not take this class. */
const forever: ReadonlySet<number> = new Set([0x0119, 0x0122]);

/** `reason`: PS3.3 C.14.1.1. `attempts`: how often this instance was charged before. */
export function afterUncommitted(reason: number, attempts: number): AfterUncommitted {
  if (reason === duplicateTransaction) return "ask-again";
  return forever.has(reason) || attempts + 1 >= maxSends ? "give-up" : "send-again";
}
