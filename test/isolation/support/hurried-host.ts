import assert from "node:assert/strict";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { AsyncCallScope } from "../../../src/adapters/async-call-scope.ts";
import { FileOutputs } from "../../../src/adapters/file-outputs.ts";
import { Isolation } from "../../../src/adapters/isolation/isolation.ts";
import { PlacedRunner } from "../../../src/adapters/isolation/host/placed-runner.ts";
import { LocalRoom } from "../../../src/adapters/local-room.ts";
import { LocalSlots } from "../../../src/adapters/local-slots.ts";
import { loadModule } from "../../../src/adapters/plugins/module.ts";
import { LoopRunner } from "../../../src/adapters/runners/loop-runner.ts";
import { MemoryStore } from "../../../src/adapters/stores/memory-store.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import { systemIds } from "../../../src/adapters/system-ids.ts";
import { defaultHistoryLimits } from "../../../src/core/history.ts";
import { noLimits } from "../../../src/core/job-limits.ts";
import { JobEngine } from "../../../src/engine/job-engine.ts";
import { pluginHost } from "../../../src/engine/plugin-host.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { EngineEvent } from "../../../src/ports/job-event.ts";
import type { JobInfo, JsonObject } from "../../../src/ports/job.ts";
import type { HandledRoute, Plugin, RouteHandler } from "../../../src/ports/plugin.ts";

/** An alarm for later rings after so long: nobody waits 30 s for a plugin that crashes often. */
const longestMs = 10;

/** The machine's clock for all but alarms, which it notes. */
class HurriedClock implements Clock {
  readonly delays: number[] = [];
  readonly #longestMs: number;

  constructor(longest: number) {
    this.#longestMs = longest;
  }

  now = (): number => systemClock.now();
  elapsed = (): number => systemClock.elapsed();
  every: Clock["every"] = (ms, callback) => systemClock.every(ms, callback);
  yield = (): Promise<void> => systemClock.yield();
  at: Clock["at"] = (time, callback) => {
    this.delays.push(time - this.now());
    return systemClock.at(Math.min(time, this.now() + this.#longestMs), callback);
  };
  after: Clock["after"] = (ms, callback) => {
    this.delays.push(ms);
    return systemClock.after(Math.min(ms, this.#longestMs), callback);
  };
}

export interface HurriedOptions {
  readonly slots?: number;
  readonly maxPayloads?: number;
  readonly limitJobs?: number;
  readonly drainTimeoutMs?: number;
  readonly settings?: JsonObject;
  /** An alarm for later rings after so long. */
  readonly longestMs?: number;
}

/** A real engine in whose isolated plugins lives follow each other at once. Its jobs are in memory. */
export class HurriedHost implements AsyncDisposable {
  readonly engine: JobEngine;
  readonly events: EngineEvent[] = [];
  /** Alarms that isolated plugins have set: mostly when they are started again. */
  readonly clock: HurriedClock;
  readonly #isolation: Isolation;
  readonly #files = new FileOutputs({ folder: null, flushes: false, sweeps: true });
  readonly #scope = new AsyncCallScope();
  readonly #store = new MemoryStore();
  readonly #routes = new Map<string, RouteHandler>();
  readonly #plugins: Plugin[] = [];
  readonly #options: HurriedOptions;
  #wake: (() => void)[] = [];
  #opened: Promise<void> | null = null;

  constructor(options: HurriedOptions = {}) {
    this.#options = options;
    this.clock = new HurriedClock(options.longestMs ?? longestMs);
    const complain = (text: string): void => this.engine.log("baton", "warning", text);
    const loop = new LoopRunner(systemClock, this.#scope, complain);
    this.#isolation = new Isolation({
      clock: this.clock,
      settings: options.settings ?? {},
      lost: (plugin) => this.engine.pluginLost(plugin),
      log: (...words) => this.engine.log(...words),
      listen: (observer) => this.engine.listen(observer),
      rest: () => null,
      properties: () => this.#store,
      submitJobs: (...submit) => this.engine.submitJobs(...submit),
      creatorRegistered: (...creator) => this.engine.creatorRegistered(...creator),
      // These plugins need no loader; without one they start sooner.
      execArgv: [],
    });
    const runner = new PlacedRunner(loop, (plugin) => this.#isolation.placeOf(plugin));
    this.engine = new JobEngine(
      {
        clock: systemClock,
        ids: systemIds,
        store: this.#store,
        slots: new LocalSlots(options.slots ?? 2, runner),
        runner,
        scope: this.#scope,
        mirror: null,
        room: new LocalRoom(options.limitJobs ?? 0),
        files: this.#files,
      },
      {
        history: { ...defaultHistoryLimits, succeeded: 1_000 },
        failedMaxAgeMs: 0,
        limits: noLimits,
        maxPayloads: options.maxPayloads ?? 10_000,
        drainTimeoutMs: options.drainTimeoutMs ?? 10_000,
        checkInvariants: true,
      },
    );
    this.engine.observe((event) => {
      this.events.push(event);
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  /** Loads and starts a plugin: one of this folder, or an absolute path. */
  async add(
    name: string,
    wish: { readonly kind: "none" | "thread" | "process"; readonly heapLimitMb?: number },
  ): Promise<void> {
    const file = isAbsolute(name) ? name : fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
    const { kind, heapLimitMb = null } = wish;
    await this.#open();
    const plugin =
      kind === "none"
        ? await loadModule(file)
        : await this.#isolation.load(file, {
            kind,
            heapLimitMb,
            isNative: /\.(so|node)$/.test(file),
          });
    this.#plugins.push(plugin);
    const parts = {
      engine: this.engine,
      addRoute: (_plugin: string, method: string, pattern: string, { handler }: HandledRoute) =>
        void this.#routes.set(`${method} ${pattern}`, handler as RouteHandler),
      scope: this.#scope,
      settings: this.#options.settings ?? {},
    };
    await plugin.start(pluginHost(plugin.name, parts));
  }

  async begin(): Promise<void> {
    await this.#open();
    this.engine.begin();
  }

  /** Calls a route as the server would. */
  async request(
    route: string,
    params: Record<string, string> = {},
    body: unknown = null,
  ): Promise<unknown> {
    const handler = this.#routes.get(route);
    assert(handler !== undefined, `there is no route ${route}`);
    const [method = "GET", pattern = "/"] = route.split(" ");
    // A native core finds its handler by the path.
    const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");
    const response = await handler({
      method: method as "GET",
      path,
      params,
      query: new URLSearchParams(),
      headers: {},
      body: new TextEncoder().encode(JSON.stringify(body)),
    });
    const answered = response?.body;
    // What a native plugin writes comes as a stream, or as bytes if all of it is there.
    if (answered instanceof Uint8Array) return new TextDecoder().decode(answered);
    return isStream(answered) ? textOf(answered) : answered;
  }

  /** Has a plugin make a job; answers its id, even if the plugin is gone before it can. */
  async submit(plugin: string, job: JsonObject): Promise<string> {
    const before = this.events.length;
    this.request(`POST /${plugin}`, {}, job).catch(() => undefined);
    for (;;) {
      const submitted = this.events
        .slice(before)
        .find((event) => event.kind === "submitted" && event.job.plugin === plugin);
      if (submitted?.kind === "submitted") return submitted.job.id;
      await this.#next();
    }
  }

  /** The job as it is told when it is so; at once if it was told already. */
  async until(id: string, isSo: (job: JobInfo) => boolean): Promise<JobInfo> {
    for (;;) {
      const job = this.engine.jobInfo(id);
      if (isSo(job)) return job;
      await this.#next();
    }
  }

  /** Waits until something was logged that contains these words so often. */
  async logged(words: string, times = 1): Promise<void> {
    while (this.logs(words).length < times) await this.#next();
  }

  logs(words: string): string[] {
    return this.events.flatMap((event) =>
      event.kind === "logged" && event.text.includes(words) ? [event.text] : [],
    );
  }

  /** The states a job went through, as they were told. */
  states(id: string): JobInfo["state"][] {
    return this.events.flatMap((event) =>
      event.kind === "changed" && event.job.id === id ? [event.job.state] : [],
    );
  }

  async close(): Promise<void> {
    this.#isolation.beginClose();
    await this.engine.close();
    for (const plugin of this.#plugins.splice(0).toReversed()) {
      this.engine.closePlugin(plugin.name);
      // An isolated one has a host of its own.
      await plugin.stop?.(undefined as never);
    }
    await this.#isolation.close();
    await this.#files.close();
    assert.deepEqual(this.logs("were not finalized"), []);
    const { created, finalized, live, owned } = this.engine.payloads;
    assert.deepEqual({ live, owned, finalized }, { live: 0, owned: 0, finalized: created });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): Promise<void> {
    return (this.#opened ??= this.engine.open());
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}

const isStream = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === "object" && body !== null && Symbol.asyncIterator in body;

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
