import type { Verdict } from "../policy/failure.ts";
import type { Item } from "../queue/item.ts";

/**
 * A way to a destination that stands, for one instance at a time: an association, or a connection to
 * a web server.
 */
export interface Sender {
  /** False: nothing more can be sent on it; close it and open another. */
  readonly isUsable: boolean;
  /** Whether it was made for instances of this class and syntax. */
  carries(item: Item): boolean;
  /** Never throws: what goes wrong is a verdict. */
  send(item: Item): Promise<Verdict>;
  /** Ends it in peace. */
  close(): Promise<void>;
  /** Ends it at once, in the middle of whatever it does. */
  abort(): void;
}

/** Opens ways to one destination. */
export interface SenderFactory {
  /** One that carries all of `items`, as far as one can. @throws {DestinationFailed} */
  open(items: readonly Item[]): Promise<Sender>;
  /** Asks whether the destination is there. @throws {DestinationFailed} */
  probe(): Promise<void>;
}
