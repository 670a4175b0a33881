import type { Clock } from "../../ports/clock.ts";
import type { JobInfo } from "../../ports/job.ts";
import type { Observer } from "../../ports/job-event.ts";
import type { Outside } from "../../ports/outside.ts";
import type { Rest } from "../../ports/rest.ts";
import type { Plugin, RouteMethod } from "../../ports/plugin.ts";
import type { Runner } from "../../ports/runner.ts";
import type { Slots } from "../../ports/slots.ts";
import { errorCodes, failureCodes } from "../../core/errors.ts";
import type { NativeMetric } from "../../native/messages.ts";
import type { NativeAnswer, NativeBinding, NativeCore } from "../../native/binding.ts";
import { NativeDesk } from "./desk.ts";
import { NativeEvents } from "./events.ts";
import { NativeInbox } from "./inbox.ts";
import { loadAddon, loadLibrary } from "./native-plugins.ts";
import { statuses } from "./numbers.ts";
import { NativePayloads } from "./payloads.ts";
import { NativeRoutes, type AddRoute } from "./routes.ts";
import { NativeRest } from "./rest.ts";
import { NativeSlots } from "./slots.ts";

export interface NativeSideOptions {
  readonly binding: NativeBinding;
  /** How many runs at once, native and JavaScript together. */
  readonly slots: number;
  /** Whether native submits are committed by the store before they are answered. */
  readonly durable: boolean;
  /** JSON of what native plugins read with `get_config`. */
  readonly config: string;
  /** Executes the runs of JavaScript jobs. */
  readonly runner: Runner;
  readonly clock: Clock;
}

/** How long a process that exits waits for native steps to return; milliseconds. */
const exitWithinMs = 2_000;

const methods: readonly RouteMethod[] = ["GET", "POST", "PUT", "DELETE"];

const ownCodes = [...new Set([...Object.keys(errorCodes), ...Object.keys(failureCodes)])];

const closing: NativeAnswer = { status: statuses.indexOf("CLOSING"), info: null };

/** All of a host that is native: the core and what stands between it and the engine. */
export class NativeSide {
  readonly core: NativeCore;
  readonly slots: Slots;
  readonly #inbox: NativeInbox;
  readonly #payloads: NativePayloads;
  readonly #routes: NativeRoutes;
  readonly #events: NativeEvents;
  readonly #rest: NativeRest;
  #isDestroyed = false;
  readonly #names = new Set<string>();
  #desk: NativeDesk | null = null;
  #engine: Outside | null = null;
  readonly #onExit = (): void => this.#exit();

  constructor(options: NativeSideOptions) {
    this.#inbox = new NativeInbox(options.clock);
    this.core = options.binding.createCore({
      slots: options.slots,
      durable: options.durable,
      config: options.config,
      ownCodes,
      wake: () => this.#inbox.drainSoon(),
      call: (call, id, priority) => this.#desk?.callInPlace(call, id, priority) ?? closing,
    });
    const { core } = this;
    this.#inbox.connect(core);
    this.#payloads = new NativePayloads(
      core,
      this.#inbox,
      (id) => this.#engine?.contentOf(id) ?? "{}",
    );
    this.#routes = new NativeRoutes(core);
    this.#events = new NativeEvents(core, options.clock);
    this.#rest = new NativeRest(core);
    this.slots = new NativeSlots({
      core,
      inbox: this.#inbox,
      payloads: this.#payloads,
      runner: options.runner,
      clock: options.clock,
      isNative: (plugin) => this.#names.has(plugin),
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
    const desk = new NativeDesk(this.core, engine, this.#payloads);
    this.#desk = desk;
    this.#engine = engine;
    desk.open(this.#inbox);
    this.#events.open(this.#inbox);
    this.#rest.open(this.#inbox, rest);
    this.#routes.open(this.#inbox, addRoute, (plugin, text) => engine.log(plugin, "error", text));
  }

  /** A route of JavaScript's: a native plugin that registers it is told NAME_TAKEN. */
  reserveRoute(method: RouteMethod, pattern: string): void {
    this.core.reserveRoute(method, pattern);
  }

  /** Everything below a first segment that is the host's own. */
  reservePath(segment: string): void {
    for (const method of methods) {
      this.core.reserveRoute(method, `/${segment}`);
      this.core.reserveRoute(method, `/${segment}/{rest*}`);
    }
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

  /** Native `job_info` answers what the engine tells, and native listeners hear of it. */
  get observer(): Observer {
    return (event) => {
      if (event.kind === "submitted" || event.kind === "changed") this.#publish(event.job);
      if (event.kind === "forgotten") this.core.forget(event.id);
      this.#events.hear(event);
    };
  }

  /** After every job has been let go and every plugin stopped. Idempotent. */
  close(): void {
    process.off("exit", this.#onExit);
    this.core.beginClose();
    this.core.finishClose(0);
    this.#inbox.drain();
  }

  /** After the store is closed. Idempotent. */
  destroy(): void {
    this.#inbox.drain();
    this.#inbox.disconnect();
    this.#desk?.close();
    this.#events.close();
    this.#rest.close();
    this.#isDestroyed = true;
    this.core.destroy();
  }

  #start(plugin: Plugin, host: Parameters<Plugin["start"]>[0]): ReturnType<Plugin["start"]> {
    this.#names.add(plugin.name);
    const started = plugin.start(host);
    // What it registered is known before anything else happens.
    this.#inbox.drain();
    return started;
  }

  #publish(job: JobInfo): void {
    if (this.#names.has(job.plugin)) this.#desk?.publish(job);
  }

  #exit(): void {
    this.core.beginClose();
    this.core.finishClose(exitWithinMs);
  }
}
