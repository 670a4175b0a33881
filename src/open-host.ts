import { AsyncCallScope } from "./adapters/async-call-scope.ts";
import { Isolation } from "./adapters/isolation/isolation.ts";
import { PlacedRunner } from "./adapters/isolation/host/placed-runner.ts";
import type { FileOutputs } from "./adapters/file-outputs.ts";
import { HostBackups } from "./adapters/host-backups.ts";
import { LocalSlots } from "./adapters/local-slots.ts";
import { loadModule } from "./adapters/plugins/module.ts";
import type { NativeSide } from "./adapters/native/native-side.ts";
import { LoopRunner } from "./adapters/runners/loop-runner.ts";
import { MeteredStore } from "./adapters/stores/metered-store.ts";
import { SqliteStore } from "./adapters/stores/sqlite/sqlite-store.ts";
import { systemClock } from "./adapters/system-clock.ts";
import { systemIds } from "./adapters/system-ids.ts";
import { JobEngineError } from "./core/errors.ts";
import { countsAtEnd, type PayloadCounts } from "./core/payload-counts.ts";
import { JobEngine } from "./engine/job-engine.ts";
import { pluginHost } from "./engine/plugin-host.ts";
import { startPlugin, startedOn, stopInTime, type StartedPlugin } from "./engine/plugin-life.ts";
import { RouteTable } from "./engine/route-table.ts";
import { hostAbout } from "./host-about.ts";
import { isModule, isNative, isNativeHere, locate, type Wanted } from "./host-plugins.ts";
import {
  completeOptions,
  type CompleteOptions,
  type HostOptions,
  type PluginEntry,
} from "./host-options.ts";
import {
  createNativeSide,
  createOutputs,
  createStore,
  loadTracing,
  roomOf,
  type RunTracing,
} from "./host-parts.ts";
import { completeDoor, HostRequests, type Door } from "./host-requests.ts";
import type { AppOptions } from "./http/app.ts";
import type { PluginGauge as Metric } from "./http/metrics/metrics.ts";
import { liveDoors, type LiveDoors } from "./live-doors.ts";
import { Webhooks } from "./http/webhooks/webhooks.ts";
import type { JobStore } from "./ports/job-store.ts";
import type { Jobs } from "./ports/jobs.ts";
import type { AddRoute, Plugin } from "./ports/plugin.ts";
import type { Properties } from "./ports/properties.ts";
import { jobHost, type JobHost } from "./sdk.ts";

export type { HostOptions, PluginEntry } from "./host-options.ts";

/** The name under which the host application submits jobs of its own. */
const hostName = "host";

/** First segments of paths that no plugin can have. */
const reservedPaths = [
  "assets",
  "docs",
  "events",
  "health",
  "jobs",
  "metrics",
  "openapi.json",
  "plugins",
  "system",
  "tools",
];

/** An open host: an engine with its store, its plugins and, if wanted, its server. */
export interface Host extends JobHost, Jobs, LiveDoors, AsyncDisposable {
  /** Where the REST interface is served; null: it is not. */
  readonly url: string | null;
  readonly plugins: readonly { readonly name: string; readonly version: string }[];
  /** The gauges that native plugins have set (`set_metric`), by plugin and name. */
  metrics(): readonly Metric[];
  /**
   * No new jobs; running steps are asked to stop and awaited for `drainTimeoutMs`; every payload is
   * finalized, every record committed; plugins stop in reverse order. Idempotent. From a callback
   * it starts the closing and resolves at once.
   */
  close(): Promise<void>;
}

/**
 * Opens a host. Everything is loaded and checked before the first job runs; if something fails,
 * whatever was started is ended again.
 * @throws {JobEngineError} CONFIG_INVALID, STORE_UNREADABLE, STORE_TOO_NEW, PLUGIN_NOT_LOADED,
 * NOT_A_PLUGIN, PLUGIN_ABI_MISMATCH, NAME_TAKEN, PLUGIN_START_FAILED, PORT_IN_USE
 */
export async function openHost(options: HostOptions = {}): Promise<Host> {
  return (await openCountedHost(options)).host;
}

/** A host, and where its payloads were when it had closed; null: it has not. For src/testing. */
export interface CountedHost {
  readonly host: Host;
  readonly countsAtEnd: () => PayloadCounts | null;
}

/** As openHost. @throws {JobEngineError} as openHost */
export async function openCountedHost(options: HostOptions): Promise<CountedHost> {
  const complete = completeOptions(options);
  const wanted = await Promise.all(complete.plugins.map(locate));
  const open = new OpenHost(complete, wanted, await loadTracing());
  return { host: await open.start(), countsAtEnd: () => open.countsAtEnd };
}

/** What is open, so that it can be closed again in reverse order. */
class OpenHost {
  countsAtEnd: PayloadCounts | null = null;
  readonly #options: CompleteOptions;
  readonly #wanted: readonly Wanted[];
  readonly #scope = new AsyncCallScope();
  readonly #routes = new RouteTable(reservedPaths);
  readonly #isolation: Isolation;
  readonly #native: NativeSide | null;
  readonly #store: JobStore & Properties;
  /** The same, for the engine: it says how long commits take. */
  readonly #metered: MeteredStore;
  readonly #files: FileOutputs;
  readonly #engine: JobEngine;
  /** Null: nobody can make one. */
  readonly #requests: HostRequests | null;
  /** Null: there is no server. */
  #door: Door | null = null;
  readonly #webhooks: Webhooks;
  readonly #started: StartedPlugin[] = [];
  /** Plugins that are addons or libraries. */
  readonly #nativeNames = new Set<string>();
  #closing: Promise<void> | null = null;

  constructor(options: CompleteOptions, wanted: readonly Wanted[], tracing: RunTracing) {
    this.#options = options;
    this.#wanted = wanted;
    const complain = (text: string): void => this.#engine.log("baton", "warning", text);
    this.#isolation = new Isolation({
      clock: systemClock,
      settings: options.pluginSettings,
      lost: (plugin) => this.#engine.pluginLost(plugin),
      log: (...words) => this.#engine.log(...words),
      listen: (observer) => this.#engine.listen(observer),
      rest: () => this.#requests?.rest ?? null,
      properties: () => this.#store,
      submitJobs: (...submit) => this.#engine.submitJobs(...submit),
      creatorRegistered: (...creator) => this.#engine.creatorRegistered(...creator),
    });
    const loop = new LoopRunner(systemClock, this.#scope, complain);
    const placed = new PlacedRunner(loop, (plugin) => this.#isolation.placeOf(plugin));
    const runner = tracing.traced(placed);
    // A host without native plugins needs no addon.
    this.#native = wanted.some(isNativeHere) ? createNativeSide(options, runner) : null;
    const slots = this.#native?.slots ?? new LocalSlots(options.concurrentJobs, runner);
    this.#store = createStore(options, this.#native);
    this.#metered = new MeteredStore(this.#store, systemClock);
    this.#files = createOutputs(options);
    const ports = { clock: systemClock, ids: systemIds, store: this.#metered, slots, runner };
    this.#engine = new JobEngine(
      {
        ...ports,
        scope: this.#scope,
        mirror: this.#native?.mirror ?? null,
        room: roomOf(options, this.#native),
        files: this.#files,
      },
      {
        history: { succeeded: options.historySize, failed: options.failedHistorySize },
        failedMaxAgeMs: options.failedMaxAgeMs,
        limits: { perType: options.limitPerType, perKey: options.limitPerKey },
        maxPayloads: options.maxPayloads,
        drainTimeoutMs: options.drainTimeoutMs,
        checkInvariants: process.env["NODE_ENV"] === "test",
      },
    );
    if (options.observer !== null) this.#engine.observe(options.observer);
    const hasRequests = wanted.some(isNative) || options.http !== null;
    this.#requests = hasRequests ? new HostRequests(() => this.#appOptions()) : null;
    tracing.traceRuns(runner, this.#engine);
    this.#webhooks = this.#createWebhooks();
  }

  async start(): Promise<Host> {
    try {
      if (this.#store instanceof SqliteStore) this.#store.boot();
      // Everything is loaded and checked before anything is started.
      const { http } = this.#options;
      if (http !== null) this.#door = await completeDoor(http);
      const plugins = await this.#load();
      await this.#engine.open();
      this.#serveNative();
      for (const path of reservedPaths) this.#native?.reservePath(path);
      for (const plugin of plugins) await this.#startPlugin(plugin);
      if (this.#door !== null) await this.#requests?.serve(this.#door);
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.#engine.begin();
    return this.#face();
  }

  #appOptions(): AppOptions {
    const doors = this.#door?.doors;
    doors?.warnings.forEach((text) => this.#engine.log("baton", "warning", text));
    return {
      jobs: this.#engine,
      routes: this.#routes,
      submitWaitMs: this.#options.submitWaitMs,
      about: hostAbout({
        engine: this.#engine,
        isolation: this.#isolation,
        started: this.#started,
        nativeNames: this.#nativeNames,
        routes: this.#routes,
        concurrentJobs: this.#options.concurrentJobs,
      }),
      clock: systemClock,
      metrics: {
        slots: this.#options.concurrentJobs,
        pluginGauges: () => this.#metrics(),
        webhooks: () => this.#webhooks.states,
        onCommit: (commit) => this.#metered.onCommit(commit),
      },
      backups:
        this.#store instanceof SqliteStore ? new HostBackups(this.#store, this.#files) : null,
      ...(doors !== undefined && { doors }),
      onError: (text) => this.#engine.log("baton", "error", text),
      describe: (...error) => this.#describe(...error),
    };
  }

  #createWebhooks(): Webhooks {
    return new Webhooks(this.#options.webhooks, {
      jobs: this.#engine,
      clock: systemClock,
      random: Math.random,
      log: (level, text) => this.#engine.log("baton", level, text),
      describe: (...error) => this.#describe(...error),
    });
  }

  #describe(plugin: string, code: string): string | null {
    return this.#native?.errorText(plugin, code) ?? this.#isolation.errorText(plugin, code);
  }

  #serveNative(): void {
    if (this.#native === null || this.#requests === null) return;
    const addRoute: AddRoute = (...route) => this.#routes.add(...route);
    this.#native.serve(this.#engine, addRoute, this.#requests.rest);
  }

  async #load(): Promise<readonly Plugin[]> {
    const plugins: Plugin[] = [];
    for (const wanted of this.#wanted) {
      const plugin = "path" in wanted ? await this.#loadFile(wanted) : wanted;
      if (isNative(wanted)) this.#nativeNames.add(plugin.name);
      if (plugin.name === hostName || plugins.some(({ name }) => name === plugin.name)) {
        throw new JobEngineError("NAME_TAKEN", `two plugins are named "${plugin.name}"`);
      }
      plugins.push(plugin);
    }
    return plugins;
  }

  async #loadFile(entry: Required<PluginEntry>): Promise<Plugin> {
    const { path: file, isolation: kind, heapLimitMb } = entry;
    const native = isNative(entry);
    if (kind !== "none" && (native || isModule(file))) {
      const limit = heapLimitMb === 0 ? null : heapLimitMb;
      return this.#isolation.load(file, { kind, heapLimitMb: limit, isNative: native });
    }
    if (isModule(file)) return loadModule(file);
    if (native && this.#native !== null) return this.#native.load(file);
    const kinds = "a module (.ts, .js, .mjs), an addon (.node) or a library (.so, .dylib, .dll)";
    throw new JobEngineError("NOT_A_PLUGIN", `${file}: a plugin is ${kinds}`);
  }

  async #startPlugin(plugin: Plugin): Promise<void> {
    const host = this.#hostOf(plugin.name);
    this.#started.push(startedOn(plugin, host));
    await startPlugin(plugin, host);
  }

  #hostOf(plugin: string): ReturnType<typeof pluginHost> {
    return pluginHost(plugin, {
      engine: this.#engine,
      addRoute: (...route) => this.#addRoute(...route),
      scope: this.#scope,
      settings: this.#options.pluginSettings,
    });
  }

  /** Native plugins must hear at once that a route is taken, so the core knows of all. */
  #addRoute(...[plugin, method, pattern, handled]: Parameters<AddRoute>): void {
    this.#routes.add(plugin, method, pattern, handled);
    this.#native?.reserveRoute(method, pattern);
  }

  #face(): Host {
    const close = (): Promise<void> => {
      const closing = (this.#closing ??= this.#close());
      // In a callback nobody may wait for the end of that callback.
      return this.#scope.inside() === null ? closing : Promise.resolve();
    };
    return {
      ...jobHost(this.#hostOf(hostName)),
      jobs: () => this.#engine.jobs(),
      jobCounts: () => this.#engine.jobCounts(),
      jobIds: () => this.#engine.jobIds(),
      jobOutput: (id, key) => this.#engine.jobOutput(id, key),
      deleteOutput: (id, key) => this.#engine.deleteOutput(id, key),
      jobProgress: (id) => this.#engine.jobProgress(id),
      cancelBranch: (id, node) => this.#engine.cancelBranch(id, node),
      jobLogs: (id, after) => this.#engine.jobLogs(id, after),
      createJobFrom: (...wanted) => this.#engine.createJobFrom(...wanted),
      observe: (observer) => this.#engine.observe(observer),
      url: this.#requests?.server?.url ?? null,
      metrics: () => this.#metrics(),
      ...liveDoors(this.#door?.doors ?? null, () => this.#requests?.server ?? null),
      plugins: this.#started.map(({ name, version }) => ({ name, version })),
      close,
      [Symbol.asyncDispose]: close,
    };
  }

  #metrics(): readonly Metric[] {
    return [...(this.#native?.metrics() ?? []), ...this.#isolation.metrics()];
  }

  async #close(): Promise<void> {
    this.#requests?.beginClose();
    this.#isolation.beginClose();
    await Promise.all([this.#engine.close(), this.#requests?.close()]);
    await this.#webhooks.close();
    for (const plugin of this.#started.toReversed()) {
      await this.#stopPlugin(plugin);
    }
    await this.#isolation.close();
    this.#engine.closePlugin(hostName);
    this.#native?.close();
    await this.#store.close();
    await this.#files.close();
    this.countsAtEnd = countsAtEnd(this.#engine.payloads, this.#native?.core.counts() ?? null);
    this.#native?.destroy();
  }

  async #stopPlugin(plugin: StartedPlugin): Promise<void> {
    this.#engine.closePlugin(plugin.name);
    this.#routes.removeOf(plugin.name);
    const warn = (text: string): void => this.#engine.log(plugin.name, "warning", text);
    // Of an isolated one its thread or process is ended after the same time.
    const isIsolated = this.#isolation.placeOf(plugin.name) !== null;
    await stopInTime(plugin, isIsolated ? null : systemClock, warn);
  }
}
