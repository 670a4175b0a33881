import { JobEngineError } from "../../core/errors.ts";
import type { Plugin } from "../../ports/plugin.ts";
import { loadingFlags, type IsolationKind, type OpenPlace } from "./places/place.ts";
import type { RunPlace } from "./host/placed-runner.ts";
import { PluginLives, type PluginLivesParts } from "./host/plugin-lives.ts";
import { openProcess } from "./places/process-place.ts";
import { openNativeProcess } from "./places/native-place.ts";
import { openThread } from "./places/thread-place.ts";

/** What all isolated plugins of a host share. */
export interface IsolationParts extends Omit<PluginLivesParts, "file" | "open" | "revivesInRun"> {
  /** Flags of Node.js for the other side. Default: those of this process that load modules. */
  readonly execArgv?: readonly string[];
}

/** How a plugin is to be isolated. */
export interface IsolationWish {
  readonly kind: IsolationKind;
  /** Largest JavaScript heap, in MiB; null: what Node.js thinks fit. */
  readonly heapLimitMb: number | null;
  /** It is an addon or a library, which only a process can hold. Default false: a module. */
  readonly isNative?: boolean;
}

/** A gauge of an isolated native plugin. */
export interface PluginMetric {
  readonly plugin: string;
  readonly name: string;
  readonly value: number;
}

const places: Readonly<Record<IsolationKind, OpenPlace>> = {
  thread: openThread,
  process: openProcess,
};

/** All isolated plugins of a host. */
export class Isolation {
  readonly #parts: IsolationParts;
  readonly #plugins = new Map<string, PluginLives>();
  readonly #kinds = new Map<string, IsolationKind>();

  constructor(parts: IsolationParts) {
    this.#parts = parts;
  }

  /**
   * Loads a plugin in a thread or process of its own.
   * @throws {JobEngineError} PLUGIN_NOT_LOADED, NOT_A_PLUGIN, PLUGIN_ABI_MISMATCH, UNSUPPORTED
   */
  async load(file: string, wish: IsolationWish): Promise<Plugin> {
    const { kind, heapLimitMb, isNative = false } = wish;
    if (isNative && kind === "thread") {
      const why = 'a thread protects from no native code; use the isolation "process" or "none"';
      throw new JobEngineError("UNSUPPORTED", `${file}: ${why}`);
    }
    const { execArgv = loadingFlags(process.execArgv), ...parts } = this.#parts;
    const options = { name: `baton-${kind}`, execArgv, heapLimitMb };
    const openPlace = isNative ? openNativeProcess : places[kind];
    const open = (): ReturnType<OpenPlace> => openPlace(options);
    const lives = new PluginLives({ ...parts, file, open, revivesInRun: isNative });
    const { name, version } = await lives.load();
    this.#kinds.set(name, kind);
    // A second one of the same name is refused by the host, and must be ended all the same.
    this.#plugins.set(this.#plugins.has(name) ? `${name} ${file}` : name, lives);
    return { name, version, start: (host) => lives.begin(host), stop: () => lives.end() };
  }

  /** How a plugin is isolated; null: it is not. */
  kindOf(plugin: string): IsolationKind | null {
    return this.#kinds.get(plugin) ?? null;
  }

  /** Whether all of them are up: none has crashed and is being started again. */
  get isUp(): boolean {
    return [...this.#plugins.values()].every(({ side }) => side !== null);
  }

  /** Where the runs of this plugin's jobs go; null: it is not isolated. */
  placeOf(plugin: string): RunPlace | null {
    return this.#plugins.get(plugin) ?? null;
  }

  /** The gauges of isolated native plugins. */
  metrics(): readonly PluginMetric[] {
    return [...this.#plugins].flatMap(([plugin, { metrics }]) =>
      [...metrics].map(([name, value]) => ({ plugin, name, value })),
    );
  }

  /** What an isolated native plugin says of an error code of its jobs; null: nothing. */
  errorText(plugin: string, code: string): string | null {
    return this.#plugins.get(plugin)?.descriptionOf(code) ?? null;
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
