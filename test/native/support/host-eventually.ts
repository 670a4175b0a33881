import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";

/** Long enough on any machine; milliseconds. */
const patienceMs = 15_000;

/** Asks again and again until it is so, for what no event tells. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, "it never came to be");
    await setImmediate();
  }
}
