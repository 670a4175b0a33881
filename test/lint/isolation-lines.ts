/** A folder, and what a file of it imports or uses. */
export type Line = readonly [folder: string, from: string];

/** Of the two halves of isolated plugins. */
export const isolationForbids: readonly Line[] = [
  ["src/adapters/isolation/protocol", "../places/place.ts"],
  ["src/adapters/isolation/protocol", "../host/side.ts"],
  ["src/adapters/isolation/protocol", "../../system-clock.ts"],
  ["src/adapters/isolation/protocol", "node:net"],
  ["src/adapters/isolation/places", "../host/side.ts"],
  ["src/adapters/isolation/places", "../isolation.ts"],
  ["src/adapters/isolation/places", "../../runners/loop-runner.ts"],
  ["src/adapters/isolation/places", "../../../ports/clock.ts"],
  ["src/adapters/isolation/places", "node:fs"],
  ["src/adapters/isolation/host", "../../../engine/dispatcher.ts"],
  ["src/adapters/isolation/host", "../../../isolated/plugin-side.ts"],
  ["src/isolated", "../adapters/native/slots.ts"],
  ["src/isolated", "../adapters/stores/memory-store.ts"],
  ["src/isolated", "../native/binding.ts"],
  ["src/isolated", "../adapters/isolation/host/side.ts"],
  ["src/isolated/native", "../../adapters/isolation/host/side.ts"],
];

export const isolationAllows: readonly Line[] = [
  ["src/adapters/isolation/protocol", "../../../core/errors.ts"],
  ["src/adapters/isolation/protocol", "node:v8"],
  ["src/adapters/isolation/places", "../protocol/link.ts"],
  ["src/adapters/isolation/places", "node:child_process"],
  ["src/adapters/isolation/host", "../places/place.ts"],
  ["src/adapters/isolation/host", "../../../ports/clock.ts"],
  ["src/isolated", "../adapters/isolation/protocol/link.ts"],
  ["src/isolated", "../adapters/isolation/places/process-place.ts"],
];
