import assert from "node:assert/strict";
import type { HostOptions } from "../../../src/index.ts";
import { findBinding, type NativeCore } from "../../../src/native/binding.ts";

export type Counts = ReturnType<NativeCore["counts"]>;

/** Of a host that has no native core: its native plugins are in other processes. */
const none: Counts = { created: 0, finalized: 0, live: 0, owed: 0 };

/**
 * Watches the native core of the host that is opened next: the answer tells the counts that it had
 * at its very end. `plugins`: those of the host; if the native ones are isolated it has no core.
 */
export function watchCounts(plugins: HostOptions["plugins"] = []): () => Counts {
  const isIsolated = plugins.some((one) => typeof one === "object" && "isolation" in one);
  const isHere = plugins.some((one) => typeof one === "string");
  if (isIsolated && !isHere) return () => none;
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
