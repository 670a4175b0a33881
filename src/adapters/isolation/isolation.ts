import type { Clock } from "../../ports/clock.ts";
import type { JsonObject, LogLevel } from "../../ports/job.ts";
import type { Plugin } from "../../ports/plugin.ts";
import { loadingFlags, type IsolationKind, type OpenPlace } from "./place.ts";
import type { RunPlace } from "./placed-runner.ts";
import { PluginLives } from "./plugin-lives.ts";
import { openProcess } from "./process-place.ts";
import { openThread } from "./thread-place.ts";

export interface IsolationParts {
  readonly clock: Clock;
  /** Of all plugins. */
  readonly settings: JsonObject;
  /** See PluginLivesParts. */
  readonly lost: (plugin: string) => void;
  readonly log: (plugin: string, level: LogLevel, text: string) => void;
  /** Flags of Node.js for the other side. Default: those of this process that load modules. */
  readonly execArgv?: readonly string[];
}

/** How a plugin is to be isolated. */
export interface IsolationWish {
  readonly kind: IsolationKind;
  /** Largest JavaScript heap, in MiB; null: what Node.js thinks fit. */
  readonly heapLimitMb: number | null;
}

const places: Readonly<Record<IsolationKind, OpenPlace>> = {
  thread: openThread,
  process: openProcess,
};

/** All isolated plugins of a host. */
export class Isolation {
  readonly #parts: IsolationParts;
  readonly #plugins = new Map<string, PluginLives>();

  constructor(parts: IsolationParts) {
    this.#parts = parts;
  }

  /**
   * Loads a plugin that is a module, in a thread or process of its own.
   * @throws {JobEngineError} PLUGIN_NOT_LOADED, NOT_A_PLUGIN
   */
  async load(file: string, { kind, heapLimitMb }: IsolationWish): Promise<Plugin> {
    const { execArgv = loadingFlags(process.execArgv), ...parts } = this.#parts;
    const options = { name: `baton-${kind}`, execArgv, heapLimitMb };
    const open = (): ReturnType<OpenPlace> => places[kind](options);
    const lives = new PluginLives({ ...parts, file, open });
    const { name, version } = await lives.load();
    // A second one of the same name is refused by the host, and must be ended all the same.
    this.#plugins.set(this.#plugins.has(name) ? `${name} ${file}` : name, lives);
    return { name, version, start: (host) => lives.begin(host), stop: () => lives.end() };
  }

  /** Where the runs of this plugin's jobs go; null: it is not isolated. */
  placeOf(plugin: string): RunPlace | null {
    return this.#plugins.get(plugin) ?? null;
  }

  /** The host begins to close: what crashes from now on is not started again. */
  beginClose(): void {
    for (const lives of this.#plugins.values()) lives.lastLife();
  }

  /** Ends what was loaded and never started. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#plugins.values()].map((lives) => lives.end()));
  }
}
