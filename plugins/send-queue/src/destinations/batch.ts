import type { Item } from "../queue/item.ts";

/** Instances that are sent together; at least one. */
export type Batch = readonly [Item, ...Item[]];

/** What goes together, at most. One instance always goes, however large it is. */
export interface Room {
  readonly instances: number;
  readonly bytes: number;
}

/** What is looked at of a sender. */
interface Way {
  readonly room: Room;
  carries(item: Item): boolean;
}

/** The first of `items`, and as many of those that follow as go along with it, in their order. */
export function batchOf(first: Item, others: readonly Item[], way: Way): Batch {
  const batch: [Item, ...Item[]] = [first];
  let bytes = first.instance.size;
  for (const item of first.isAlone ? [] : others) {
    bytes += item.instance.size;
    const hasRoom = batch.length < way.room.instances && bytes <= way.room.bytes;
    if (!hasRoom || item.isAlone || !way.carries(item)) break;
    batch.push(item);
  }
  return batch;
}
