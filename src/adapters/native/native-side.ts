import type { JobId } from "../../core/job-id.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Mirror } from "../../ports/mirror.ts";
import type { Outside } from "../../ports/outside.ts";
import type { Rest } from "../../ports/rest.ts";
import type { AddRoute, Plugin, RouteMethod } from "../../ports/plugin.ts";
import type { Runner } from "../../ports/runner.ts";
import { stepGraceMs } from "../../core/limits.ts";
import type { NativeMetric } from "../../native/messages.ts";
import type { NativeAnswer, NativeBinding, NativeCore } from "../../native/binding.ts";
import { nativeCreator } from "./creations.ts";
import { NativeDesk, toNative } from "./desk.ts";
import { NativeEvents } from "./events.ts";
import { NativeInbox } from "./inbox.ts";
import { LoopDriver } from "./loop-driver.ts";
import { loadAddon, loadLibrary } from "./native-plugins.ts";
import { ownCodes, statuses } from "./numbers.ts";
import { NativeOrderBook } from "./order-book.ts";
import { NativeOutputs } from "./outputs.ts";
import { NativePayloads } from "./payloads.ts";
import { NativeRoutes } from "./routes.ts";
import { NativeRoom } from "./room.ts";
import { NativeRest } from "./rest.ts";
import { NativeSlots } from "./slots.ts";

export interface NativeSideOptions {
  readonly binding: NativeBinding;
  /** How many runs at once, native and JavaScript together. */
  readonly slots: number;
  /** Whether native submits are committed by the store before they are answered. */
  readonly durable: boolean;
  /** How many successes the engine keeps. */
  readonly history: number;
  /** How many jobs may wait; 0: no bound. */
  readonly limitJobs: number;
  /** JSON of what native plugins read with `get_config`. */
  readonly config: string;
  /** Executes the runs of JavaScript jobs. */
  readonly runner: Runner;
  readonly clock: Clock;
  /** How long a process that exits waits for native steps to return; milliseconds. */
  readonly drainTimeoutMs: number;
}

const closing: NativeAnswer = { status: statuses.indexOf("CLOSING"), info: null };

/** All of a host that is native: the core and what stands between it and the engine. */
export class NativeSide {
  readonly core: NativeCore;
  readonly slots: NativeSlots;
  readonly room: NativeRoom;
  readonly #inbox: NativeInbox;
  readonly #orders: NativeOrderBook;
  readonly #loop: LoopDriver;
  readonly #payloads: NativePayloads;
  readonly #routes: NativeRoutes;
  readonly #events: NativeEvents;
  readonly #rest: NativeRest;
  readonly #outputs: NativeOutputs;
  readonly #drainTimeoutMs: number;
  #isDestroyed = false;
  readonly #names = new Set<string>();
  #desk: NativeDesk | null = null;
  #engine: Outside | null = null;
  readonly #onExit = (): void => this.#exit();

  constructor(options: NativeSideOptions) {
    this.#drainTimeoutMs = options.drainTimeoutMs;
    this.#inbox = new NativeInbox(options.clock);
    this.#loop = new LoopDriver(options.clock);
    this.core = options.binding.createCore({
      slots: options.slots,
      durable: options.durable,
      history: options.history,
      limitJobs: options.limitJobs,
      stepGraceMs,
      config: options.config,
      ownCodes,
      wake: () => this.#inbox.drainSoon(),
      wakeLoop: () => this.#loop.runSoon(),
      call: (call, id, priority) => this.#desk?.callInPlace(call, id, priority) ?? closing,
    });
    const { core } = this;
    this.#orders = new NativeOrderBook(core, (id) => this.#payloads.finalized(id));
    const [orders, inbox] = [this.#orders, this.#inbox];
    inbox.connect(core, () => orders.flush());
    this.#loop.connect(core);
    const latestContent = (id: string): string => this.#engine?.contentOf(id as JobId) ?? "{}";
    this.#payloads = new NativePayloads({ core, orders, inbox, latestContent });
    this.#routes = new NativeRoutes(core);
    this.#events = new NativeEvents(core, orders, options.clock);
    this.#rest = new NativeRest(core, orders);
    const isNative = (plugin: string): boolean => this.#names.has(plugin);
    this.room = new NativeRoom({ core, inbox, limit: options.limitJobs, isNative });
    this.#outputs = new NativeOutputs(core, orders);
    this.slots = new NativeSlots({
      core,
      orders,
      inbox,
      payloads: this.#payloads,
      outputs: this.#outputs,
      runner: options.runner,
      clock: options.clock,
      durable: options.durable,
      isNative,
    });
    // No hook of the environment runs at process.exit: native threads must be told from here.
    process.on("exit", this.#onExit);
  }

  /** Loads a plugin by its file name's end; nothing of it is started. @throws {JobEngineError} */
  load(file: string): Plugin {
    const plugin = file.endsWith(".node")
      ? loadAddon(this.core, file)
      : loadLibrary(this.core, file);
    return { ...plugin, start: (host) => this.#start(plugin, host) };
  }

  /** Native plugins are served from now on. REQUIRES: before the first of them is started. */
  serve(engine: Outside, addRoute: AddRoute, rest: Rest): void {
    const [core, orders, payloads] = [this.core, this.#orders, this.#payloads];
    const entering = (): void => this.slots.entering();
    const desk = new NativeDesk({ core, engine, orders, payloads, entering });
    this.#desk = desk;
    this.#engine = engine;
    desk.open(this.#inbox);
    this.#events.open(this.#inbox, engine);
    this.#rest.open(this.#inbox, rest);
    this.#inbox.hear({
      "creator-registered": ({ plugin, type }) =>
        engine.creatorRegistered(plugin, type, nativeCreator(this.#routes, plugin)),
    });
    this.#routes.open(this.#inbox, addRoute, (plugin, text) => engine.log(plugin, "error", text));
  }

  /** A route of JavaScript's: a native plugin that registers it is told NAME_TAKEN. */
  reserveRoute(method: RouteMethod, pattern: string): void {
    this.core.reserveRoute(method, pattern);
  }

  /** Everything below a first segment that is the host's own. */
  reservePath(segment: string): void {
    this.core.reservePath(segment);
  }

  /** What native `job_info` answers. */
  get mirror(): Mirror {
    return {
      show: (id, plugin, info) => {
        if (this.#names.has(plugin)) this.#orders.publish(id, () => toNative(info()));
      },
      forget: (id, plugin) => {
        if (this.#names.has(plugin)) this.#orders.forget(id);
      },
    };
  }

  /** The gauges of native plugins; none once the host is closed. */
  metrics(): readonly NativeMetric[] {
    return this.#isDestroyed ? [] : this.core.metrics();
  }

  /** What a native plugin says of an error code of its jobs; null: nothing. */
  errorText(plugin: string, code: string): string | null {
    if (this.#isDestroyed || !this.#names.has(plugin)) return null;
    return this.core.errorText(plugin, code);
  }

  /** After every job has been let go and every plugin stopped. Idempotent. */
  close(): void {
    process.off("exit", this.#onExit);
    this.#orders.flush();
    this.core.beginClose();
    this.core.finishClose(0);
    this.#inbox.drain();
  }

  /** After the store is closed. Idempotent. */
  destroy(): void {
    this.#inbox.drain();
    this.#inbox.disconnect();
    this.#loop.disconnect();
    this.#desk?.close();
    this.#orders.close();
    this.#events.close();
    this.#rest.close();
    this.room.close();
    this.#outputs.close();
    this.#isDestroyed = true;
    this.slots.detach();
    this.core.destroy();
  }

  #start(plugin: Plugin, host: Parameters<Plugin["start"]>[0]): ReturnType<Plugin["start"]> {
    this.#names.add(plugin.name);
    const started = plugin.start(host);
    // What it registered is known before anything else happens.
    this.#inbox.drain();
    return started;
  }

  #exit(): void {
    this.core.beginClose();
    // Who ends the process while the host closes does not want to wait any longer.
    this.core.finishClose(this.slots.isClosing ? 0 : this.#drainTimeoutMs);
  }
}
