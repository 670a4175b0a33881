import { useEffect, useReducer } from "preact/hooks";

/** A value that parts of the page look at; they are drawn again when it changes. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  /** Returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** The value of a store, in a component: drawn again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const before = store.value;
    const end = store.subscribe(() => redraw(undefined));
    // It may have changed between the drawing and now.
    if (!Object.is(before, store.value)) redraw(undefined);
    return end;
  }, [store]);
  return store.value;
}
