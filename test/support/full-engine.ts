import assert from "node:assert/strict";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "./engine-harness.ts";
import type { StoreDouble } from "./store-double.ts";

/** A job that is stored. */
export const saved = { getSerialized: (): string => "state" };

/** There is no room for another job. */
export async function isFull(engine: TestEngine): Promise<void> {
  const handle = engine.host().createJob(new ScriptedJob().descriptor);
  await assert.rejects(engine.host().submitJob(handle, { noWait: true }), { code: "QUEUE_FULL" });
  engine.host().freeJob(handle);
}

export interface FullEngine extends TestEngine {
  /** Ends the job in the slot, and lets happen what then can. */
  readonly open: () => Promise<void>;
  readonly waiting: readonly string[];
}

/** An engine whose only slot is taken until it is opened, and as many jobs wait as may. */
export async function openFullEngine(limitJobs: number, store?: StoreDouble): Promise<FullEngine> {
  const engine = await openTestEngine({ limitJobs, ...(store && { store }) });
  const gate = new Gate();
  await engine.run({ steps: [gate.before({ kind: "success" } as const)] });
  await gate.reached;
  const waiting: string[] = [];
  for (let number = 0; number < limitJobs; number += 1) {
    const script = { reset: (): undefined => undefined, ...(store && saved) };
    waiting.push((await engine.run(script, { userData: number, noWait: true })).id);
  }
  const open = (): Promise<void> => {
    gate.open();
    return engine.drain();
  };
  return Object.assign(engine, { open, waiting });
}
