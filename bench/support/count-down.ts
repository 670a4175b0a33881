/** `done` resolves when `one` was called `n` times. */
export function countDown(n: number): {
  readonly one: () => void;
  readonly done: Promise<void>;
} {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = n;
  const one = (): void => {
    left -= 1;
    if (left === 0) resolve();
  };
  return { one, done: promise };
}

/** Of something done `n` times since `began`, by `performance.now()`. */
export const rateSince = (n: number, began: number): number =>
  (n * 1_000) / (performance.now() - began);
