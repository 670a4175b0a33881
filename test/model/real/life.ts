import assert from "node:assert/strict";
import { AsyncCallScope } from "../../../src/adapters/async-call-scope.ts";
import { LocalRoom } from "../../../src/adapters/local-room.ts";
import { LocalSlots } from "../../../src/adapters/local-slots.ts";
import { LoopRunner } from "../../../src/adapters/runners/loop-runner.ts";
import { JobEngine } from "../../../src/engine/job-engine.ts";
import { pluginHost } from "../../../src/engine/plugin-host.ts";
import type { EngineEvent } from "../../../src/ports/job-event.ts";
import type { JobStore } from "../../../src/ports/job-store.ts";
import { notMine, type JobInfo } from "../../../src/ports/job.ts";
import type { JobHandle, PluginHost } from "../../../src/ports/plugin.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { drainTimeoutMs } from "../lives.ts";
import { plugin, type Plan, type ReviveAnswer, type Settings } from "../plan.ts";
import { HeldStore } from "./held-store.ts";
import { countingIds, noFiles } from "./fakes.ts";
import type { Sabotage } from "./sabotage.ts";
import { Puppet, readState } from "./puppet.ts";

/** How many turns of the process the engine gets to do all that it can do. */
const turns = 12;

/** What a life of the host begins with. */
export interface LifeParts {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly now: number;
  /** Every job that was ever created. */
  readonly plans: ReadonlyMap<string, Plan>;
  /** Null: the host keeps its rules. */
  readonly sabotage: Sabotage | null;
  /** How often the payload of a job was made in earlier lives. */
  readonly made: Map<string, number>;
}

/** A `revive` that has not answered yet. */
interface HeldRevive {
  readonly name: string;
  readonly answer: (how: ReviveAnswer) => void;
}

/** One life of a real host, from its opening to its end. */
export class Life {
  readonly clock: FakeClock;
  readonly engine: JobEngine;
  readonly host: PluginHost;
  readonly store: HeldStore;
  /** Every payload, by its name and how often it was made. */
  readonly puppets: Map<string, Puppet> = new Map();
  readonly events: EngineEvent[] = [];
  readonly revives: Map<string, ReviveAnswer> = new Map();
  readonly heldRevives: HeldRevive[] = [];
  /** The jobs that were found in the store, before any of them could start. */
  found: readonly JobInfo[] = [];
  readonly #parts: LifeParts;

  constructor(parts: LifeParts) {
    this.#parts = parts;
    const { settings } = parts;
    this.clock = new FakeClock(parts.now);
    this.store = new HeldStore(parts.store);
    const scope = new AsyncCallScope();
    const complain = (text: string): void => this.engine.log("baton", "warning", text);
    const runner = new LoopRunner(this.clock, scope, complain);
    const slots = new LocalSlots(settings.slots, runner, this.clock);
    const room = new LocalRoom(settings.limitJobs);
    const ground = { store: this.store, slots, room, runner };
    this.engine = new JobEngine(
      {
        ...ground,
        ...parts.sabotage?.(ground),
        clock: this.clock,
        ids: countingIds,
        scope,
        mirror: null,
        files: noFiles,
      },
      {
        history: { succeeded: settings.succeededKept, failed: settings.failedKept },
        failedMaxAgeMs: 0,
        limits: { perType: settings.perType, perKey: settings.perKey },
        drainTimeoutMs,
        maxPayloads: settings.maxPayloads,
        checkInvariants: true,
      },
    );
    const { engine } = this;
    this.host = pluginHost(plugin, { engine, addRoute: () => undefined, scope, settings: {} });
    engine.observe((event) => void this.events.push(event));
  }

  /** @param types those that the plugin registers when it starts */
  async begin(types: readonly string[]): Promise<void> {
    await this.engine.open();
    this.found = this.jobs();
    for (const type of types) this.register(type);
    this.engine.begin();
    await this.settle();
  }

  register(type: string): void {
    this.host.registerType(type, (_type, state) => this.#revive(type, state));
  }

  /** Makes the payload of a job, and a handle for it. */
  create(plan: Plan, born = 0): JobHandle {
    const puppet = new Puppet(plan, born);
    const handle = this.host.createJob(puppet.descriptor());
    const count = (this.#parts.made.get(plan.name) ?? 0) + 1;
    this.#parts.made.set(plan.name, count);
    this.puppets.set(`${plan.name}#${count}`, puppet);
    return handle;
  }

  /** A `revive` that is held answers. */
  answerRevive(name: string, answer: ReviveAnswer): void {
    const at = this.heldRevives.findIndex((held) => held.name === name);
    this.heldRevives.splice(at, 1)[0]?.answer(answer);
  }

  puppet(label: string): Puppet {
    const puppet = this.puppets.get(label);
    if (puppet === undefined) throw new Error(`there is no real ${label}`);
    return puppet;
  }

  /** After the end: what was left alone returns. */
  returnLate(): Promise<void> {
    for (const { answer } of this.heldRevives.splice(0)) answer("job");
    for (const puppet of this.puppets.values()) {
      if (puppet.isStepping) puppet.answer({ kind: "continue" });
    }
    return this.settle();
  }

  /** The payloads that are finalized. */
  finalized(): ReadonlySet<string> {
    const all = [...this.puppets].filter(([, { calls }]) => calls.at(-1) === "finalize");
    return new Set(all.map(([label]) => label));
  }

  /** Every job that there is, in the order of their places. */
  jobs(): readonly JobInfo[] {
    return this.engine.jobs();
  }

  /** Lets everything happen that can happen without the time going on. */
  async settle(): Promise<void> {
    do {
      await this.store.answered();
      for (let turn = 0; turn < turns; turn += 1) await this.clock.yield();
    } while (!this.store.isIdle);
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  /** The store and all that is left of this life; REQUIRES: the engine is closed. */
  async end(): Promise<void> {
    this.engine.closePlugin(plugin);
    await this.store.close();
    assert.equal(this.clock.alarms, 0, "the closed engine has set alarms");
  }

  async #revive(type: string, state: Uint8Array): Promise<JobHandle | typeof notMine> {
    const { name, work } = readState(state);
    let how = this.revives.get(type) ?? "job";
    if (how === "hold") {
      const { promise, resolve } = Promise.withResolvers<ReviveAnswer>();
      this.heldRevives.push({ name, answer: resolve });
      how = await promise;
    }
    if (how === "not-mine") return notMine;
    const plan = this.#parts.plans.get(name);
    if (how === "throw" || plan === undefined) throw new Error("the test says so");
    return this.create(plan, work);
  }
}
