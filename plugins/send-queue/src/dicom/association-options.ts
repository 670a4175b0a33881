import type { PeerAddress } from "./connect.ts";
import type { Patience } from "./patience.ts";
import type { ProposedContext, Role } from "./pdu.ts";

/** With whom an association is made, and for what. */
export interface AssociationOptions {
  readonly address: PeerAddress;
  readonly calledAet: string;
  readonly callingAet: string;
  /** At most 128, each with an odd id of its own. */
  readonly contexts: readonly ProposedContext[];
  readonly roles?: readonly Role[];
  readonly patience?: Partial<Patience>;
  /** Ends what goes on with A-ABORT. */
  readonly signal?: AbortSignal;
}
