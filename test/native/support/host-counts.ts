import assert from "node:assert/strict";
import { findBinding, type NativeCore } from "../../../src/native/binding.ts";

export type Counts = ReturnType<NativeCore["counts"]>;

/**
 * Watches the native core of the host that is opened next: the answer tells the counts that it had
 * at its very end.
 */
export function watchCounts(): () => Counts {
  const binding = findBinding();
  assert(binding !== null, "the host addon is not built: npm run build:addon");
  const createCore = binding.createCore.bind(binding);
  let last: Counts | null = null;
  binding.createCore = (options) => {
    binding.createCore = createCore;
    const core = createCore(options);
    const destroy = (): void => {
      last ??= core.counts();
      Object.getPrototypeOf(core).destroy.call(core);
    };
    return Object.defineProperty(core, "destroy", { value: destroy });
  };
  return () => {
    assert(last !== null, "the native core has not ended");
    return last;
  };
}

/** Every payload that a plugin created was finalized, or is owed by a step that has not returned. */
export function assertBalanced({ created, finalized, live, owed }: Counts): void {
  assert.equal(created, finalized + live + owed);
  assert.equal(live, 0);
}
