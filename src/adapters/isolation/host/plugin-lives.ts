import { JobEngineError } from "../../../core/errors.ts";
import { messageOf } from "../../../core/thrown.ts";
import type { Clock, Timer } from "../../../ports/clock.ts";
import { notMine, type JsonObject, type LogLevel, type SubmitOptions } from "../../../ports/job.ts";
import type { Creator, JobHandle, Made, PluginHost } from "../../../ports/plugin.ts";
import { queueFull, SubmittedJob } from "../../../ports/plugin.ts";
import type { Properties } from "../../../ports/properties.ts";
import type { Rest } from "../../../ports/rest.ts";
import type { Run, RunListener, RunOrder } from "../../../ports/runner.ts";
import type { HostCalls, Introduction } from "../protocol/calls.ts";
import { Company } from "./company.ts";
import { EventService, type Listen } from "./event-service.ts";
import { createdHandle, hostService, revivedHandle } from "./host-service.ts";
import type { Handlers } from "../protocol/link.ts";
import type { Place } from "../places/place.ts";
import type { RunPlace } from "./placed-runner.ts";
import { RemoteRoutes } from "./remote-routes.ts";
import { answerRest } from "./rest-service.ts";
import { RemoteRun, type RunHome } from "./remote-run.ts";
import { Side } from "./side.ts";
import { readDescription, readJob } from "./told.ts";

/** How long after a crash the plugin is started again: twice as long each time, up to the longest. */
const firstDelayMs = 100;
const longestDelayMs = 30_000;

/** How long a plugin may take for its `stop` before it is ended; milliseconds. */
const stopWithinMs = 5_000;

/** Of so many error codes a plugin can say something. */
const maxDescriptions = 1_000;

export interface PluginLivesParts {
  readonly file: string;
  /** Of all plugins. */
  readonly settings: JsonObject;
  readonly clock: Clock;
  /** Starts a thread or process. */
  readonly open: () => Place;
  /** Whatever payloads the plugin had are gone, and nobody revives its jobs for now. */
  readonly lost: (plugin: string) => void;
  readonly log: (plugin: string, level: LogLevel, text: string) => void;
  readonly listen: Listen;
  /** The host's REST interface; null: it has none. */
  readonly rest: () => Rest | null;
  readonly properties: () => Properties;
  readonly submitJobs: SubmitJobs;
  /** Jobs of this registered type can be made from content. */
  readonly creatorRegistered: (plugin: string, type: string, create: Creator) => void;
  /** It makes payloads again in their runs: `revive` only promises them. Default false. */
  readonly revivesInRun?: boolean;
}

/** Submits all jobs of a plugin, or none. */
export type SubmitJobs = (
  plugin: string,
  jobs: readonly JobHandle[],
  options: SubmitOptions | undefined,
) => Promise<readonly string[]>;

/**
 * An isolated plugin over all its lives: when its thread or process dies it is started again, and its
 * jobs are revived from what was saved of them.
 */
export class PluginLives implements RunPlace, RunHome {
  readonly company: Company = new Company();
  readonly #parts: PluginLivesParts;
  readonly #routes = new RemoteRoutes();
  /** What the present life can revive; true: and create from content. */
  readonly #types = new Map<string, boolean>();
  #introduction: Introduction | null = null;
  /** What the present life of a native plugin has told of itself. */
  readonly #metrics = new Map<string, number>();
  readonly #descriptions = new Map<string, string>();
  /** The plugin's calls; null: it was never started. */
  #host: PluginHost | null = null;
  /** The present life, started or not. */
  #side: Side | null = null;
  /** Whether its `start` has returned. */
  #isUp = false;
  /** Whether some life of it was ever up: before that, a crash fails the start of the host. */
  #hasBegun = false;
  #isLast = false;
  #isEnding = false;
  #crashes = 0;
  #upSince = 0;
  #restart: Timer | null = null;
  /** Who wants to know that it has started, or will not. */
  readonly #settling: (() => void)[] = [];

  constructor(parts: PluginLivesParts) {
    this.#parts = parts;
  }

  get revivesInRun(): boolean {
    return this.#parts.revivesInRun ?? false;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  get side(): Side | null {
    return this.#isUp ? this.#side : null;
  }

  settled(): Promise<void> {
    if (this.#isUp || this.#side === null) return Promise.resolve();
    return new Promise((resolve) => void this.#settling.push(resolve));
  }

  #settle(): void {
    for (const resolve of this.#settling.splice(0)) resolve();
  }

  /** The first life; nothing of it is started. @throws {JobEngineError} PLUGIN_NOT_LOADED, NOT_A_PLUGIN */
  async load(): Promise<Introduction> {
    try {
      this.#introduction = await this.#introduce(this.#open());
      return this.#introduction;
    } catch (error) {
      await this.end();
      const isOurs = error instanceof JobEngineError && error.code !== "PLUGIN_CRASHED";
      if (isOurs) throw error;
      const detail = `${this.#parts.file}: ${messageOf(error)}`;
      throw new JobEngineError("PLUGIN_NOT_LOADED", detail, { cause: error });
    }
  }

  /** Calls the plugin's `start`, in this life and in all that follow. Rejects with what it throws. */
  async begin(host: PluginHost): Promise<void> {
    if (this.#side === null) throw new JobEngineError("PLUGIN_CRASHED", "before it was started");
    this.#host = host;
    await this.#startOn(this.#side);
  }

  start(order: RunOrder, listener: RunListener): Run {
    const run = new RemoteRun(order, listener, this);
    void run
      .execute()
      .then((end) => listener.ended(order.id, end))
      .catch((error: unknown) => run.broken(error));
    return run;
  }

  lost(): void {
    if (this.#introduction !== null) this.#parts.lost(this.#introduction.name);
  }

  /** The host closes: this life is the last one. */
  lastLife(): void {
    this.#isLast = true;
    this.#restart?.cancel();
  }

  /**
   * Calls the plugin's `stop` and ends its thread or process; if a step has not returned, at once and
   * without `stop`. Rejects with what `stop` throws. Idempotent.
   */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#restart?.cancel();
    const side = this.#side;
    if (side === null) return;
    const isPatient = this.#isUp && side.runs.size === 0;
    this.#isUp = false;
    try {
      if (isPatient) await this.#stop(side);
    } finally {
      await side.end({ isPatient });
    }
  }

  async #stop(side: Side): Promise<void> {
    const { clock, log } = this.#parts;
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = clock.after(stopWithinMs, () => {
      log(this.#name, "warning", `stop did not return within ${stopWithinMs} ms; it was ended`);
      resolve();
    });
    try {
      await Promise.race([side.link.ask("stop", null), tooLong]);
    } finally {
      timer.cancel();
    }
  }

  get #name(): string {
    return this.#introduction?.name ?? "baton";
  }

  /** The gauges that the plugin has set, by name. */
  get metrics(): ReadonlyMap<string, number> {
    return this.#metrics;
  }

  /** What the plugin has said of an error code of its jobs; null: nothing. */
  descriptionOf(code: string): string | null {
    return this.#descriptions.get(code) ?? null;
  }

  #open(): Side {
    const side: Side = new Side({
      place: this.#parts.open(),
      clock: this.#parts.clock,
      handlers: (own) => this.#serve(own),
      onEnd: (own, why) => this.#died(own, why),
    });
    this.#side = side;
    this.#types.clear();
    return side;
  }

  #serve(side: Side): Handlers<HostCalls> {
    const { clock, listen, rest, log, properties, submitJobs } = this.#parts;
    let events: EventService | null = null;
    return hostService(side, {
      host: () => this.#calls(),
      hasStarted: () => this.#isUp && side === this.#side,
      registerType: (type) => this.#registerType(side, type),
      registerRoute: (route) => this.#routes.register(this.#calls(), side, route),
      complain: (text) => log("baton", "warning", text),
      observe({ kinds, generation }) {
        events ??= new EventService(side, clock, listen);
        events.observe(kinds, generation);
      },
      rest: (request) => answerRest(rest(), side, request),
      metrics: ({ values }) => this.#measured(values),
      describe: (told) => this.#describe(side.read(() => readDescription(told))),
      properties: ({ after }) => properties().propertiesAfter(this.#name, after),
      setProperty: ({ name, value }) => properties().setProperty(this.#name, name, value),
      submitJobs: (jobs, options) => submitJobs(this.#name, jobs, options),
    });
  }

  #describe({ code, text }: ReturnType<typeof readDescription>): void {
    if (this.#descriptions.size < maxDescriptions || this.#descriptions.has(code)) {
      this.#descriptions.set(code, text);
    }
  }

  #measured(values: readonly (readonly [name: string, value: number])[]): void {
    this.#metrics.clear();
    for (const [name, value] of values) this.#metrics.set(name, value);
  }

  #calls(): PluginHost {
    if (this.#host !== null) return this.#host;
    throw new JobEngineError("WRONG_STATE", "the plugin calls its host before it was started");
  }

  #introduce(side: Side): Promise<Introduction> {
    const { file, settings } = this.#parts;
    return side.link.ask("load", { file, settings });
  }

  async #startOn(side: Side): Promise<void> {
    await side.link.ask("start", null);
    // It may have died in the very turn in which its answer came.
    if (side.over !== null) throw side.over;
    this.#isUp = true;
    this.#routes.begin(side);
    this.#settle();
    this.#hasBegun = true;
    this.#upSince = this.#parts.clock.elapsed();
    for (const [type, canCreate] of this.#types) this.#promise(type, canCreate);
  }

  #registerType(side: Side, { type, canCreate }: Parameters<HostCalls["registerType"]>[0]): void {
    if (side !== this.#side) return;
    const isKnown = this.#types.has(type);
    this.#types.set(type, canCreate);
    // Before its start has returned, no job of it begins.
    if (!this.#isUp) return;
    if (isKnown) this.#promiseToCreate(type);
    else this.#promise(type, canCreate);
  }

  /** Tells the engine that jobs of this type can be revived, and perhaps created. */
  #promise(type: string, canCreate: boolean): void {
    const create = (content: JsonObject): Promise<JobHandle> => this.#create(type, content);
    try {
      const options = canCreate && !this.revivesInRun ? { create } : {};
      this.#calls().registerType(type, (_type, state) => this.#revive(type, state), options);
      if (canCreate && this.revivesInRun) this.#promiseToCreate(type);
    } catch (error) {
      // The host is closing: nothing is revived any more.
      if (!(error instanceof JobEngineError) || error.code !== "CLOSING") throw error;
    }
  }

  /** The same of a native plugin, which submits its jobs itself. */
  #promiseToCreate(type: string): void {
    const create: Creator = (content, _type, options) => this.#createJob(type, content, options);
    this.#parts.creatorRegistered(this.#name, type, create);
  }

  async #revive(type: string, state: Uint8Array): Promise<JobHandle | typeof notMine> {
    const side = this.#side;
    if (side === null) throw new JobEngineError("PLUGIN_CRASHED");
    const asked = side.link.ask("revive", { type, state });
    const job = await side.take(asked, (told) => (told === null ? null : readJob(told)));
    return job === null ? notMine : revivedHandle(this.#calls(), side, job);
  }

  async #create(type: string, content: JsonObject): Promise<JobHandle> {
    const side = this.#side;
    if (side === null) throw new JobEngineError("PLUGIN_CRASHED");
    const job = await side.take(side.link.ask("create", { type, content }), readJob);
    return createdHandle(this.#calls(), side, job);
  }

  async #createJob(
    type: string,
    content: JsonObject,
    { signal: _signal, ...options }: SubmitOptions,
  ): Promise<Made> {
    const side = this.#side;
    if (side === null) throw new JobEngineError("PLUGIN_CRASHED");
    const id = await side.link.ask("createJob", { type, content, options });
    return id === null ? queueFull : new SubmittedJob(id);
  }

  #died(side: Side, why: string): void {
    if (side !== this.#side) return;
    const livedMs = this.#isUp ? this.#parts.clock.elapsed() - this.#upSince : 0;
    this.#side = null;
    this.#isUp = false;
    this.#metrics.clear();
    this.#descriptions.clear();
    this.#settle();
    if (livedMs > longestDelayMs) this.#crashes = 0;
    this.#startLater(why);
  }

  #startLater(why: string): void {
    if (this.#isEnding || !this.#hasBegun) return;
    const { clock, log } = this.#parts;
    const delayMs = Math.min(firstDelayMs * 2 ** this.#crashes, longestDelayMs);
    this.#crashes += 1;
    const next = this.#isLast ? "the host closes" : `it is started again in ${delayMs} ms`;
    log(this.#name, "error", `the plugin crashed: ${why}; ${next}`);
    this.lost();
    if (this.#isLast) return;
    this.#restart = clock.after(delayMs, () => void this.#again());
  }

  /** Another life. If it cannot be started, that is one more crash. */
  async #again(): Promise<void> {
    this.#restart = null;
    let side: Side;
    try {
      side = this.#open();
    } catch (error) {
      // The machine has no room for another thread or process now.
      this.#startLater(messageOf(error));
      return;
    }
    try {
      const { name, version } = await this.#introduce(side);
      if (name !== this.#name) throw new JobEngineError("NOT_A_PLUGIN", `it is "${name}" now`);
      this.#introduction = { name, version };
      await this.#startOn(side);
      this.#parts.log(this.#name, "info", "the plugin runs again");
    } catch (error) {
      if (side.isOver || this.#isEnding) return;
      this.#parts.log(this.#name, "error", `it could not be started again: ${messageOf(error)}`);
      await side.end({ isPatient: false });
    }
  }
}
