import { LoopDriver } from "../../adapters/native/loop-driver.ts";
import { loadAddon, loadLibrary } from "../../adapters/native/native-plugins.ts";
import { ownCodes, statuses } from "../../adapters/native/numbers.ts";
import { systemClock } from "../../adapters/system-clock.ts";
import { stepGraceMs } from "../../core/limits.ts";
import { requireBinding, type NativeCore } from "../../native/binding.ts";
import type { JsonObject } from "../../ports/job.ts";
import type { Plugin } from "../../ports/plugin.ts";

/** What the link's thread calls on the main one. */
export type HomeCalls = {
  load(question: { readonly file: string; readonly settings: JsonObject }): Loaded;
  start(question: null): void;
  stop(question: null): void;
  /** The process is to end. */
  end(question: null): void;
};

/** What the main thread calls on the link's: nothing. */
export type NoCalls = Record<string, never>;

/** A plugin that is loaded, and the number by which the link's thread finds its core. */
export interface Loaded {
  readonly name: string;
  readonly version: string;
  readonly core: number;
}

/** How long steps may go on while the process ends; the host does not wait longer. Milliseconds. */
const endWithinMs = 500;

/** The slots are the host's. */
const endlessSlots = 2 ** 30;

/** The native plugin of this process and its core, whose engine is in the host. The main thread. */
export class PluginHome {
  readonly #loop = new LoopDriver(systemClock);
  #core: NativeCore | null = null;
  #plugin: Plugin | null = null;

  /** @throws {JobEngineError} PLUGIN_NOT_LOADED, NOT_A_PLUGIN, PLUGIN_ABI_MISMATCH */
  load(file: string, settings: JsonObject): Loaded {
    const core = requireBinding().createCore({
      farEngine: true,
      slots: endlessSlots,
      durable: true,
      history: 0,
      limitJobs: 0,
      stepGraceMs,
      config: JSON.stringify(settings),
      ownCodes,
      wake: () => undefined,
      wakeLoop: () => this.#loop.runSoon(),
      // No call is answered in place.
      call: () => ({ status: statuses.indexOf("INTERNAL"), info: null }),
    });
    this.#core = core;
    this.#loop.connect(core);
    this.#plugin = file.endsWith(".node") ? loadAddon(core, file) : loadLibrary(core, file);
    const { name, version } = this.#plugin;
    return { name, version, core: core.number };
  }

  /** Calls the plugin's `start`. @throws what it throws */
  async start(): Promise<void> {
    // A native plugin has its host from the core.
    await this.#plugin?.start(undefined as never);
  }

  /** Closes the plugin and calls its `stop`. */
  async stop(): Promise<void> {
    await this.#plugin?.stop?.(undefined as never);
  }

  end(): void {
    this.#core?.beginClose();
    this.#core?.finishClose(endWithinMs);
    process.exit(0);
  }
}
