import { AsyncCallScope } from "../../../../src/adapters/async-call-scope.ts";
import { FileOutputs } from "../../../../src/adapters/file-outputs.ts";
import { LocalRoom } from "../../../../src/adapters/local-room.ts";
import { LocalSlots } from "../../../../src/adapters/local-slots.ts";
import { LoopRunner } from "../../../../src/adapters/runners/loop-runner.ts";
import { SqliteStore } from "../../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { systemClock } from "../../../../src/adapters/system-clock.ts";
import { systemIds } from "../../../../src/adapters/system-ids.ts";
import { defaultHistoryLimits } from "../../../../src/core/history.ts";
import { noLimits } from "../../../../src/core/job-limits.ts";
import { JobEngine } from "../../../../src/engine/job-engine.ts";
import { pluginHost } from "../../../../src/engine/plugin-host.ts";
import type { JobInfo, Observer, Plugin } from "../../../../src/index.ts";
import type { Sabotage } from "./protocol.ts";
import { SabotagedStore } from "./sabotaged-store.ts";

export interface SabotagedHostOptions {
  readonly path: string;
  readonly durability: "full" | "process";
  readonly sabotage: Sabotage;
  readonly slots: number;
  readonly plugin: Plugin;
  readonly observer: Observer;
}

/** The parts of `openHost`, around a store that loses what it was told to lose. */
export async function openSabotagedHost(
  options: SabotagedHostOptions,
): Promise<{ jobs(): readonly JobInfo[]; close(): Promise<void> }> {
  const { plugin, path, durability } = options;
  const scope = new AsyncCallScope();
  const runner = new LoopRunner(systemClock, scope, () => undefined);
  const slots = new LocalSlots(options.slots, runner);
  const store = new SabotagedStore(new SqliteStore({ path, durability }), options.sabotage);
  const room = new LocalRoom(0);
  const engine = new JobEngine(
    {
      clock: systemClock,
      ids: systemIds,
      store,
      slots,
      runner,
      scope,
      mirror: null,
      room,
      files: new FileOutputs({ folder: null, flushes: false, sweeps: true }),
    },
    {
      history: defaultHistoryLimits,
      failedMaxAgeMs: 0,
      limits: noLimits,
      maxPayloads: 10_000,
      drainTimeoutMs: 10_000,
      checkInvariants: true,
    },
  );
  engine.observe(options.observer);
  await engine.open();
  await plugin.start(
    pluginHost(plugin.name, { engine, addRoute: () => undefined, scope, settings: {} }),
  );
  engine.begin();
  return {
    jobs: () => engine.jobs(),
    close: async () => {
      await engine.close();
      await store.close();
    },
  };
}
