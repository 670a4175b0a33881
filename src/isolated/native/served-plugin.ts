import { JobEngineError } from "../../core/errors.ts";
import type {
  HostCalls,
  Introduction,
  SideCalls,
} from "../../adapters/isolation/protocol/calls.ts";
import {
  Link,
  type Handlers,
  type Message,
  type Wire,
} from "../../adapters/isolation/protocol/link.ts";
import type { JsonObject } from "../../ports/job.ts";
import { FarEngine } from "./far-engine.ts";
import type { HostLink } from "./host-link.ts";
import type { HomeCalls, NoCalls } from "./plugin-home.ts";

/** The way to the main thread. */
export type HomeLink = Link<HomeCalls, NoCalls>;

/** Serves an isolated native plugin: does what the host says, with the plugin's core. */
export class ServedPlugin {
  readonly #link: HostLink;
  readonly #home: HomeLink;
  /** Null: no plugin is loaded. */
  #engine: FarEngine | null = null;

  constructor(wire: Wire, home: HomeLink) {
    this.#link = new Link<HostCalls, SideCalls>(wire, this.#handlers());
    this.#home = home;
  }

  hear(message: Message): void {
    this.#link.hear(message);
  }

  /** Whoever waits for the host is answered `why`. */
  hostIsGone(why: Error): void {
    this.#link.end(why);
    this.#engine?.close();
  }

  #handlers(): Handlers<SideCalls> {
    return {
      load: ({ file, settings }) => this.#load(file, settings),
      start: () => this.#start(),
      stop: () => this.#stop(),
      end: () => this.#home.tell("end", null),
      revive: ({ type, state }) => this.#loaded().jobs.promise(type, state),
      create: () => {
        throw new JobEngineError("UNSUPPORTED", "a native plugin submits its jobs itself");
      },
      createJob: (wish) => this.#loaded().createJob(wish),
      run: (run) => this.#loaded().runs.run(run),
      request: ({ run, request }) => this.#loaded().runs.request(run, request),
      takeBack: ({ run }) => this.#loaded().runs.takeBack(run),
      cancelBranch: ({ payload, node }) => this.#loaded().runs.cancelBranch(payload, node),
      stopJob: ({ payload, reason }) => this.#loaded().jobs.stop(payload, reason),
      finalize: ({ payload }) => this.#loaded().jobs.finalize(payload),
      route: ({ route, request }) => this.#loaded().routes.handle(route, request),
      events: ({ generation, events }) => this.#loaded().events.tell(generation, events),
      pull: ({ stream }) => this.#loaded().routes.streams.pull(stream),
      drop: ({ stream }) => this.#loaded().routes.streams.drop(stream),
    };
  }

  async #load(file: string, settings: JsonObject): Promise<Introduction> {
    const loaded = await this.#home.ask("load", { file, settings });
    this.#engine = new FarEngine(loaded, this.#link);
    return { name: loaded.name, version: loaded.version };
  }

  async #start(): Promise<void> {
    const engine = this.#loaded();
    await engine.prepare();
    await this.#home.ask("start", null);
    // What it has registered is told before the answer.
    engine.catchUp();
  }

  async #stop(): Promise<void> {
    const engine = this.#loaded();
    await this.#home.ask("stop", null);
    engine.catchUp();
    const left = engine.livePayloads;
    if (left !== 0) this.#link.tell("complain", { text: `${left} payloads were not finalized` });
  }

  #loaded(): FarEngine {
    if (this.#engine === null) throw new Error("INTERNAL_NOT_LOADED");
    return this.#engine;
  }
}
