import assert from "node:assert/strict";
import type { RunListener, RunOrder } from "../../src/ports/runner.ts";
import { recordOf } from "./records.ts";

/** Hears of runs and does nothing about it. */
export const deaf: RunListener = {
  started: () => undefined,
  prepared: () => undefined,
  sampled: () => undefined,
  checkpointed: () => Promise.resolve(),
  logged: () => undefined,
  treeChanged: () => undefined,
  openOutput: () => ({ write: resolved, close: resolved, discard: resolved }),
  ended: () => undefined,
  stepReturned: () => undefined,
};

/** An order for the job of this count, which has no payload that anybody may revive. */
export function orderOf(count: number, priority?: number): RunOrder {
  const record = recordOf(count);
  return {
    id: record.id,
    priority: priority ?? record.priority,
    sequence: record.sequence,
    record,
    payload: null,
    revive: () => assert.fail("nothing is revived"),
    reset: false,
    attemptsLeft: 0,
  };
}

const resolved = (): Promise<void> => Promise.resolve();
