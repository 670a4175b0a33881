import assert from "node:assert/strict";
import { AsyncCallScope } from "../../src/adapters/async-call-scope.ts";
import { FileOutputs } from "../../src/adapters/file-outputs.ts";
import { LocalRoom } from "../../src/adapters/local-room.ts";
import { LocalSlots } from "../../src/adapters/local-slots.ts";
import { LoopRunner } from "../../src/adapters/runners/loop-runner.ts";
import { MemoryStore } from "../../src/adapters/stores/memory-store.ts";
import { defaultHistoryLimits, type HistoryLimits } from "../../src/core/history.ts";
import { noLimits, type JobLimits } from "../../src/core/job-limits.ts";
import { JobEngine } from "../../src/engine/job-engine.ts";
import { pluginHost } from "../../src/engine/plugin-host.ts";
import type { Ids } from "../../src/ports/ids.ts";
import type { EngineEvent } from "../../src/ports/job-event.ts";
import type { JobStore } from "../../src/ports/job-store.ts";
import type { JobInfo, SubmitOptions } from "../../src/ports/job.ts";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { ScriptedJob, type Script } from "../../src/testing/scripted-job.ts";
import { idOf } from "./records.ts";

export interface TestEngineOptions {
  /** Runs at once. Default 1: what runs first is then plain to see. */
  readonly slots?: number;
  readonly store?: JobStore;
  /** Where outputs are. Default: in a temporary folder that goes with the engine. */
  readonly outputs?: string;
  readonly history?: Partial<HistoryLimits>;
  /** Default 0: for ever. */
  readonly failedMaxAgeMs?: number;
  /** How many jobs may wait; 0: no bound. Default 0. */
  readonly limitJobs?: number;
  /** Most payloads of pending jobs; 0: no bound. Default 0. */
  readonly maxPayloads?: number;
  readonly limits?: Partial<JobLimits>;
  readonly drainTimeoutMs?: number;
  /** Registers types before the first job runs. */
  readonly start?: (host: PluginHost) => void;
}

type Kind = EngineEvent["kind"];
type Event<K extends Kind> = Extract<EngineEvent, { kind: K }>;

/** How many turns of the process a test gives the engine to do all it can do. */
const turns = 20;

/** Opens an engine whose time a test moves and whose events it hears. */
export async function openTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const engine = new TestEngine(options);
  await engine.engine.open();
  options.start?.(engine.host());
  engine.engine.begin();
  return engine;
}

/** A real engine on a fake clock; disposing of it closes it and checks that nothing was lost. */
export class TestEngine implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock();
  readonly engine: JobEngine;
  readonly store: JobStore;
  /** In a temporary folder, which is made with the first output. */
  readonly files: FileOutputs;
  /** Every event since the start. */
  readonly events: EngineEvent[] = [];
  readonly #scope = new AsyncCallScope();
  readonly #hosts = new Map<string, PluginHost>();
  readonly #drainTimeoutMs: number;
  #heard = 0;
  #wake: (() => void)[] = [];

  constructor(options: TestEngineOptions) {
    this.#drainTimeoutMs = options.drainTimeoutMs ?? 10_000;
    this.store = options.store ?? new MemoryStore();
    const { outputs: folder = null } = options;
    this.files = new FileOutputs({ folder, flushes: false, sweeps: true });
    const complain = (text: string): void => this.engine.log("baton", "warning", text);
    const runner = new LoopRunner(this.clock, this.#scope, complain);
    const slots = new LocalSlots(options.slots ?? 1, runner, this.clock);
    this.engine = new JobEngine(
      {
        clock: this.clock,
        ids: countingIds(),
        store: this.store,
        slots,
        runner,
        scope: this.#scope,
        mirror: null,
        files: this.files,
        room: new LocalRoom(options.limitJobs ?? 0),
      },
      {
        history: { ...defaultHistoryLimits, ...options.history },
        failedMaxAgeMs: options.failedMaxAgeMs ?? 0,
        limits: { ...noLimits, ...options.limits },
        maxPayloads: options.maxPayloads ?? 0,
        drainTimeoutMs: this.#drainTimeoutMs,
        checkInvariants: true,
      },
    );
    this.engine.observe((event) => {
      this.events.push(event);
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  /** What a plugin of this name gets to call; the same each time. */
  host(plugin = "test"): PluginHost {
    const parts = {
      engine: this.engine,
      addRoute: () => undefined,
      scope: this.#scope,
      settings: {},
    };
    const host = this.#hosts.get(plugin) ?? pluginHost(plugin, parts);
    this.#hosts.set(plugin, host);
    return host;
  }

  /** Creates and submits a job, as the plugin "test". */
  submit(job: ScriptedJob, options?: SubmitOptions): Promise<string> {
    return this.host().submitJob(this.host().createJob(job.descriptor), options);
  }

  /** Submits a job that does as the script says. */
  async run(script: Script, options?: SubmitOptions): Promise<{ id: string; job: ScriptedJob }> {
    const job = new ScriptedJob(script);
    return { id: await this.submit(job, options), job };
  }

  /** The next event of this kind after those already waited for. */
  async next<K extends Kind>(
    kind: K,
    isWanted: (event: Event<K>) => boolean = () => true,
  ): Promise<Event<K>> {
    for (;;) {
      while (this.#heard < this.events.length) {
        const event = this.events[this.#heard++];
        if (event?.kind === kind && isWanted(event as Event<K>)) return event as Event<K>;
      }
      // oxlint-disable-next-line no-await-in-loop -- it waits for an event, not for work
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** The job as it is told when it is in this state; at once if it was told already. */
  async until(id: string, state: JobInfo["state"]): Promise<JobInfo> {
    for (;;) {
      const told = this.events.findLast((event) => "job" in event && event.job.id === id);
      if (told !== undefined && "job" in told && told.job.state === state) return told.job;
      // oxlint-disable-next-line no-await-in-loop -- it waits for an event, not for work
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Lets everything happen that can happen without the time going on. */
  async drain(): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one turn after the other is the point
      await this.clock.yield();
    }
  }

  /** Moves the time on and lets everything happen that this brings. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.drain();
  }

  info(id: string): JobInfo {
    return this.engine.jobInfo(id);
  }

  /** The states a job went through, as they were told. */
  states(id: string): JobInfo["state"][] {
    const told = this.events.filter((event) => event.kind === "changed" && event.job.id === id);
    return told.map((event) => (event as Event<"changed">).job.state);
  }

  /** What was logged, in words. */
  get logged(): string[] {
    return this.events.filter((event) => event.kind === "logged").map(({ text }) => text);
  }

  /** Closes the engine; what does not end by itself is left alone when the time is over. */
  async close(): Promise<void> {
    const closing = this.engine.close();
    await this.drain();
    this.clock.advance(this.#drainTimeoutMs);
    await closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.checkPayloads();
    await this.close();
    for (const plugin of this.#hosts.keys()) this.engine.closePlugin(plugin);
    this.checkPayloads();
    await this.store.close();
    await this.files.close();
    await this.drain();
    assert.equal(this.clock.alarms, 0, "the closed engine has set alarms");
  }

  /** Every payload that was created is in somebody's hands, or has been finalized. */
  checkPayloads(): void {
    const { created, finalized, live, owned } = this.engine.payloads;
    assert.equal(created, finalized + live + owned, "a payload was lost, or finalized twice");
  }
}

/** Ids that count up, and no chance at all. */
function countingIds(): Ids {
  // Those below are for the records that a test finds in its store.
  let count = 100;
  return {
    jobId: () => idOf((count += 1)),
    random: () => 0.5,
  };
}
