/** What counts items: a control or an observer. */
export interface ItemCounter {
  readonly signal: AbortSignal;
  advance(by?: number): void;
  setTotal(total: number | null): void;
}

/** Yields the items, and counts each when the next one is wanted. Throws the reason of a cancel. */
export function* trackEach<I>(
  counter: ItemCounter,
  items: Iterable<I>,
  total: number | null,
): Generator<I, void, undefined> {
  counter.setTotal(total ?? sizeOf(items));
  for (const item of items) {
    counter.signal.throwIfAborted();
    yield item;
    counter.advance();
  }
}

/** The same of items that come one after the other. */
export async function* trackComing<I>(
  counter: ItemCounter,
  items: AsyncIterable<I>,
  total: number | null,
): AsyncGenerator<I, void, undefined> {
  counter.setTotal(total);
  for await (const item of items) {
    counter.signal.throwIfAborted();
    yield item;
    counter.advance();
  }
}

/** Null: it is not known before all were seen. */
function sizeOf(items: Iterable<unknown>): number | null {
  if (Array.isArray(items)) return items.length;
  return items instanceof Set || items instanceof Map ? items.size : null;
}
