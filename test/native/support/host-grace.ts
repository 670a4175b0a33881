import assert from "node:assert/strict";
import { findBinding } from "../../../src/native/binding.ts";

/** Has the native core of the host that is opened next wait so long for a step whose time is over. */
export function shortenGrace(stepGraceMs: number): void {
  const binding = findBinding();
  assert(binding !== null, "the host addon is not built: npm run build:addon");
  const createCore = binding.createCore.bind(binding);
  binding.createCore = (options) => {
    binding.createCore = createCore;
    return createCore({ ...options, stepGraceMs });
  };
}
