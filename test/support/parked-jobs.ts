import assert from "node:assert/strict";
import { Gate, ScriptedJob, type Script } from "../../src/testing/index.ts";
import type { SubmitOptions } from "../../src/ports/job.ts";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { openTestEngine, type TestEngine, type TestEngineOptions } from "./engine-harness.ts";

/** A payload of one of the jobs, and what was called on it. */
interface Life {
  readonly name: string;
  readonly job: ScriptedJob;
}

/** Named jobs, each of which may have several payloads one after the other. */
export class ParkedJobs implements AsyncDisposable {
  /** In the order in which they were made. */
  readonly lives: Life[] = [];
  readonly ids: Map<string, string> = new Map();
  readonly #scripts = new Map<string, Script>();
  readonly #gate = new Gate();
  #engine: TestEngine | null = null;

  /**
   * Every slot is taken, until `open`, by a job that cannot be saved. `isRegistered` false: nobody can
   * revive the jobs before `register`.
   */
  static async open(options: TestEngineOptions, isRegistered = true): Promise<ParkedJobs> {
    const jobs = new ParkedJobs();
    const start = (host: PluginHost): void => {
      if (isRegistered) jobs.register(host);
    };
    jobs.#engine = await openTestEngine({ ...options, start });
    for (let slot = 1; slot <= (options.slots ?? 1); slot += 1) {
      const steps = [jobs.#gate.before({ kind: "success" } as const)];
      await jobs.submit(`slot ${slot}`, { ...unsaved, steps });
    }
    return jobs;
  }

  /** Lets those go that have the slots. */
  open(): Promise<void> {
    this.#gate.open();
    return this.engine.drain();
  }

  get engine(): TestEngine {
    assert.ok(this.#engine !== null);
    return this.#engine;
  }

  get host(): PluginHost {
    return this.engine.host();
  }

  register(host: PluginHost = this.host): void {
    host.registerType("scripted", (_type, state) => {
      const name = new TextDecoder().decode(state);
      return host.createJob(this.#make(name).descriptor);
    });
  }

  /** Submits a job whose state is its name, and lets happen what then happens. */
  async submit(name: string, script: Script = {}, options: SubmitOptions = {}): Promise<string> {
    this.#scripts.set(name, { getSerialized: () => name, ...script });
    const id = await this.host.submitJob(this.host.createJob(this.#make(name).descriptor), options);
    this.ids.set(name, id);
    await this.engine.drain();
    return id;
  }

  idOf(name: string): string {
    const id = this.ids.get(name);
    assert.ok(id !== undefined, `there is no job ${name}`);
    return id;
  }

  /** What was called on the payloads of a job, each a text. */
  traces(name: string): string[] {
    return this.lives.filter((life) => life.name === name).map(({ job }) => job.trace.join(" "));
  }

  /** The jobs that have a payload, but for those that have the slots. */
  get live(): string[] {
    const live = this.lives.filter(({ job }) => !job.trace.includes("finalize"));
    return live.map(({ name }) => name).filter(isNotOfSlots);
  }

  /** The jobs in the order in which they began to run. */
  get started(): string[] {
    const names = new Map([...this.ids].map(([name, id]) => [id, name]));
    return this.engine.events.flatMap((event) =>
      event.kind === "changed" && event.job.state === "running" && event.from === "pending"
        ? [names.get(event.job.id) ?? "?"].filter(isNotOfSlots)
        : [],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gate.open();
    await this.engine[Symbol.asyncDispose]();
    for (const { name, job } of this.lives) {
      const times = job.trace.filter((call) => call === "finalize").length;
      assert.equal(times, 1, `a payload of ${name} was finalized ${times} times`);
      assert.equal(job.trace.at(-1), "finalize");
    }
  }

  #make(name: string): ScriptedJob {
    const job = new ScriptedJob(this.#scripts.get(name));
    this.lives.push({ name, job });
    return job;
  }
}

/** What a job is made of that cannot be saved. */
export const unsaved: Script = { getSerialized: () => null };

const isNotOfSlots = (name: string): boolean => !name.startsWith("slot ");
