import type { Verdict } from "../policy/failure.ts";
import type { Item } from "../queue/item.ts";
import type { Batch, Room } from "./batch.ts";

/** What became of one instance. */
export interface Tried {
  readonly item: Item;
  readonly verdict: Verdict;
}

/**
 * A way to a destination that stands, for one batch at a time: an association, or a connection to a
 * web server.
 */
export interface Sender {
  /** False: nothing more can be sent on it; close it and open another. */
  readonly isUsable: boolean;
  /** What it takes together. */
  readonly room: Room;
  /** Whether it was made for instances of this class and syntax. */
  carries(item: Item): boolean;
  /**
   * Sends them, and tells of those whose fate is known as soon as it is, each once. What it does not
   * tell of was not tried. Whoever stops listening stops it: the rest is not sent. Never throws.
   */
  send(batch: Batch): AsyncGenerator<readonly Tried[], void, void>;
  /** Ends it in peace. */
  close(): Promise<void>;
  /** Ends it at once, in the middle of whatever it does. */
  abort(): void;
}

/** Opens ways to one destination. */
export interface SenderFactory {
  /** One that carries all of `items`, as far as one can. @throws {DestinationFailed} */
  open(items: readonly Item[]): Promise<Sender>;
  /** Asks whether the destination is there; the signal ends that. @throws {DestinationFailed} */
  probe(signal?: AbortSignal): Promise<void>;
}
