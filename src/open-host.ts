import { extname } from "node:path";
import { AsyncCallScope } from "./adapters/async-call-scope.ts";
import { LocalSlots } from "./adapters/local-slots.ts";
import { locatePlugin } from "./adapters/plugins/locate.ts";
import { checkPlugin, loadModule } from "./adapters/plugins/module.ts";
import { LoopRunner } from "./adapters/runners/loop-runner.ts";
import { MemoryStore } from "./adapters/stores/memory-store.ts";

import { systemClock } from "./adapters/system-clock.ts";
import { systemIds } from "./adapters/system-ids.ts";
import { JobEngineError } from "./core/errors.ts";
import { defaultHistoryLimits } from "./core/history.ts";
import { JobEngine } from "./engine/job-engine.ts";
import { pluginHost } from "./engine/plugin-host.ts";
import { RouteTable } from "./engine/route-table.ts";
import { completeOptions, type CompleteOptions, type HostOptions } from "./host-options.ts";
import { startServer, type HttpServer } from "./http/server.ts";
import type { JobStore } from "./ports/job-store.ts";
import type { Jobs } from "./ports/jobs.ts";
import type { Plugin } from "./ports/plugin.ts";
import { jobHost, type JobHost } from "./sdk.ts";

/** The name under which the host application submits jobs of its own. */
const hostName = "host";

/** First segments of paths that no plugin can have. */
const reservedPaths = ["jobs"];

/** An open host: an engine with its store, its plugins and, if wanted, its server. */
export interface Host extends JobHost, Jobs, AsyncDisposable {
  /** Where the REST interface is served; null: it is not. */
  readonly url: string | null;
  readonly plugins: readonly { readonly name: string; readonly version: string }[];
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
 * NOT_A_PLUGIN, NAME_TAKEN, PLUGIN_START_FAILED, PORT_IN_USE
 */
export async function openHost(options: HostOptions = {}): Promise<Host> {
  const complete = completeOptions(options);
  const plugins = await loadPlugins(complete.plugins);
  return new OpenHost(complete).start(plugins);
}

async function loadPlugins(wanted: CompleteOptions["plugins"]): Promise<readonly Plugin[]> {
  const plugins: Plugin[] = [];
  for (const one of wanted) {
    // One after the other: the order of the list is the order in which modules are evaluated.

    const plugin = await loadPlugin(one);
    if (plugin.name === hostName || plugins.some(({ name }) => name === plugin.name)) {
      throw new JobEngineError("NAME_TAKEN", `two plugins are named "${plugin.name}"`);
    }
    plugins.push(plugin);
  }
  return plugins;
}

async function loadPlugin(wanted: string | Plugin): Promise<Plugin> {
  if (typeof wanted !== "string") {
    checkPlugin(wanted, "a plugin given as an object");
    return wanted;
  }
  const file = await locatePlugin(wanted);
  if (/^\.[cm]?[jt]s$/.test(extname(file))) return loadModule(file);
  throw new JobEngineError("NOT_A_PLUGIN", `${file}: a plugin is a module (.ts, .js, .mjs)`);
}

/** What is open, so that it can be closed again in reverse order. */
class OpenHost {
  readonly #options: CompleteOptions;
  readonly #scope = new AsyncCallScope();
  readonly #routes = new RouteTable(reservedPaths);
  readonly #store: JobStore;
  readonly #engine: JobEngine;
  readonly #started: Plugin[] = [];
  #server: HttpServer | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: CompleteOptions) {
    this.#options = options;
    const complain = (text: string): void => this.#engine.log("baton", "warning", text);
    const runner = new LoopRunner(systemClock, this.#scope, complain);
    const slots = new LocalSlots(options.concurrentJobs, runner);
    this.#store = createStore(options);
    const ports = { clock: systemClock, ids: systemIds, store: this.#store, slots, runner };
    this.#engine = new JobEngine(
      { ...ports, scope: this.#scope },
      {
        history: { ...defaultHistoryLimits, succeeded: options.historySize },
        drainTimeoutMs: options.drainTimeoutMs,
        checkInvariants: process.env["NODE_ENV"] === "test",
      },
    );
    if (options.observer !== null) this.#engine.observe(options.observer);
  }

  async start(plugins: readonly Plugin[]): Promise<Host> {
    try {
      await this.#engine.open();
      for (const plugin of plugins) {
        await this.#startPlugin(plugin);
      }
      if (this.#options.http !== null) this.#server = await this.#serve(this.#options.http);
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.#engine.begin();
    return this.#face();
  }

  async #startPlugin(plugin: Plugin): Promise<void> {
    this.#started.push(plugin);
    try {
      await plugin.start(this.#hostOf(plugin.name));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const detail = `plugin "${plugin.name}": ${why}`;
      throw new JobEngineError("PLUGIN_START_FAILED", detail, { cause: error });
    }
  }

  #serve(http: { readonly address: string; readonly port: number }): Promise<HttpServer> {
    return startServer({
      ...http,
      jobs: this.#engine,
      routes: this.#routes,
      onError: (text) => this.#engine.log("baton", "error", text),
    });
  }

  #hostOf(plugin: string): ReturnType<typeof pluginHost> {
    const settings = this.#options.pluginSettings[plugin] ?? {};
    return pluginHost(plugin, {
      engine: this.#engine,
      routes: this.#routes,
      scope: this.#scope,
      settings,
    });
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
      observe: (observer) => this.#engine.observe(observer),
      url: this.#server?.url ?? null,
      plugins: this.#started.map(({ name, version }) => ({ name, version })),
      close,
      [Symbol.asyncDispose]: close,
    };
  }

  async #close(): Promise<void> {
    await Promise.all([this.#engine.close(), this.#server?.close()]);
    for (const plugin of this.#started.toReversed()) {
      await this.#stopPlugin(plugin);
    }
    this.#engine.closePlugin(hostName);
    await this.#store.close();
  }

  async #stopPlugin(plugin: Plugin): Promise<void> {
    this.#engine.closePlugin(plugin.name);
    this.#routes.removeOf(plugin.name);
    try {
      await plugin.stop?.();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#engine.log(plugin.name, "warning", `stop threw: ${why}`);
    }
  }
}

function createStore({ store }: CompleteOptions): JobStore {
  switch (store.kind) {
    case "memory":
      return new MemoryStore();
    case "sqlite":
      throw new Error("x");
  }
}
