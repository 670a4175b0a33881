import { hasEnded } from "./life.ts";
import type { Node } from "./node.ts";
import { snapshotOf, type Snapshot } from "./snapshot.ts";

/**
 * How things stand now, then whenever there is something new, at last how they ended. A slow reader
 * misses what is in between, never the end. Nothing is held when the reader breaks off.
 */
export async function* watch(node: Node): AsyncGenerator<Snapshot, void, undefined> {
  let news = Promise.withResolvers<void>();
  using _ = node.watch(() => news.resolve());
  while (!hasEnded(node.life)) {
    yield snapshotOf(node);
    await news.promise;
    news = Promise.withResolvers();
  }
  yield snapshotOf(node);
}
