import { AsyncCallScope } from "../adapters/async-call-scope.ts";
import type {
  FarJob,
  FarRun,
  HostCalls,
  Introduction,
  SideCalls,
} from "../adapters/isolation/protocol/calls.ts";
import { Link, type Handlers, type Message } from "../adapters/isolation/protocol/link.ts";
import { Streams } from "../adapters/isolation/protocol/streams.ts";
import { loadModule } from "../adapters/plugins/module.ts";
import { LoopRunner } from "../adapters/runners/loop-runner.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { Handles } from "../engine/handles.ts";
import { JobTypes } from "../engine/job-types.ts";
import type { Timer } from "../ports/clock.ts";
import { JobEngineError } from "../core/errors.ts";
import { boundedJson, type JsonValue } from "../core/json.ts";
import { maxLogDataChars, maxLogTextChars } from "../core/limits.ts";
import { show } from "../core/thrown.ts";
import { notMine, type JsonObject } from "../ports/job.ts";
import type { Plugin, PluginHost } from "../ports/plugin.ts";
import type { Run, RunEnd, RunListener } from "../ports/runner.ts";
import type { Channel } from "./channel.ts";
import { CallWindows } from "./call-windows.ts";
import { farHost, type Asking } from "./far-host.ts";
import { openFarOutput } from "./far-output.ts";
import { LineWindow } from "./line-window.ts";
import { OwnedJobs } from "./owned-jobs.ts";
import { RouteService } from "./route-service.ts";

/** How often the host hears that a side with runs is alive; milliseconds. */
const heartbeatMs = 1_000;

/** A line as it can cross, whatever it consists of: a line must not fail a job. */
function crossing(text: unknown, data: unknown): { text: string; data: JsonValue | undefined } {
  const words = typeof text === "string" ? text : show(text);
  return {
    text: words.slice(0, maxLogTextChars),
    data: data === undefined ? undefined : boundedJson(data, maxLogDataChars),
  };
}

/** In characters, about: what has more than a line may have is a note by now. */
const sizeOf = (data: JsonValue | undefined): number =>
  data === undefined ? 0 : JSON.stringify(data).length;

/** Does what the host at the other end says, until the thread or process ends. */
export function servePlugin(channel: Channel): void {
  const side = new PluginSide(channel);
  channel.hear((message) => side.hear(message));
}

/**
 * The plugin's side of an isolation: loads the plugin, gives it a host that is elsewhere, and does
 * with its jobs what the host's engine says, with the runner that would do it there too.
 */
class PluginSide {
  readonly #link: Link<HostCalls, SideCalls>;
  readonly #asking: Asking;
  readonly #lines: LineWindow;
  readonly #windows = new CallWindows();
  readonly #scope = new AsyncCallScope();
  readonly #runner: LoopRunner;
  readonly #handles: Handles;
  readonly #types = new JobTypes();
  readonly #jobs = new OwnedJobs();
  readonly #streams = new Streams();
  readonly #routes: RouteService;
  readonly #runs = new Map<number, Run>();
  #plugin: Plugin | null = null;
  #host: PluginHost | null = null;
  #settings: JsonObject = {};
  #isClosed = false;
  /** Tells the host that this thread is not held up, while jobs run. */
  #heart: Timer | null = null;

  constructor(channel: Channel) {
    const link = new Link<HostCalls, SideCalls>(channel, this.#handlers());
    this.#link = link;
    this.#asking = {
      ask: (name, question, signal) => {
        const ask = (): ReturnType<typeof link.ask<typeof name>> =>
          link.ask(name, question, signal);
        return this.#windows.of(name, question)?.pass(ask, signal) ?? ask();
      },
      tell: (name, question) => link.tell(name, question),
      log: (level, said) => {
        const { text } = crossing(said, undefined);
        this.#lines.pass(text.length, () => link.tell("log", { level, text }));
      },
      block: (name, question) => channel.block({ name, question, after: link.sent }) as never,
    };
    this.#lines = new LineWindow({
      heard: () => link.ask("alive", null),
      say: (text) => link.tell("log", { level: "warning", text }),
    });
    const complain = (text: string): void =>
      this.#lines.pass(text.length, () => link.tell("complain", { text }));
    this.#runner = new LoopRunner(systemClock, this.#scope, complain);
    this.#handles = new Handles(this.#runner, (_plugin, text) => this.#asking.log("warning", text));
    this.#routes = new RouteService(this.#scope, this.#streams, {
      pull: (stream) => link.ask("pull", { stream }),
      drop: (stream) => link.tell("drop", { stream }),
    });
  }

  hear(message: Message): void {
    this.#link.hear(message);
  }

  #handlers(): Handlers<SideCalls> {
    return {
      load: ({ file, settings }) => this.#load(file, settings),
      start: () => this.#start(),
      stop: () => this.#stop(),
      end: () => process.exit(0),
      revive: ({ type, state }) => this.#revive(type, state),
      create: ({ type, content }) => this.#create(type, content),
      createJob: () => {
        throw new JobEngineError("UNSUPPORTED", "its jobs are submitted by the host");
      },
      run: (run) => this.#run(run),
      request: ({ run, request }) => this.#runs.get(run)?.request(request),
      takeBack: ({ run }) => this.#runs.get(run)?.takeBack(),
      cancelBranch: ({ payload, node }) => this.#jobs.taken(payload).cancelBranch(node),
      stopJob: ({ payload, reason }) => this.#jobs.taken(payload).stop(reason),
      finalize: ({ payload }) => this.#jobs.finalize(payload),
      route: ({ route, request }) => this.#routes.handle(route, request),
      // It has no way to subscribe.
      events: () => undefined,
      pull: ({ stream }) => this.#streams.pull(stream),
      drop: ({ stream }) => this.#streams.drop(stream),
    };
  }

  async #load(file: string, settings: JsonObject): Promise<Introduction> {
    this.#settings = settings;
    this.#plugin = await loadModule(file);
    return { name: this.#plugin.name, version: this.#plugin.version };
  }

  async #start(): Promise<void> {
    const plugin = this.#loaded();
    const host = farHost({
      plugin: plugin.name,
      host: this.#asking,
      handles: this.#handles,
      types: this.#types,
      jobs: this.#jobs,
      scope: this.#scope,
      settings: this.#settings,
      addRoute: (handled) => this.#routes.add(handled),
      isClosed: () => this.#isClosed,
    });
    this.#host = host;
    await plugin.start(host);
  }

  async #stop(): Promise<void> {
    const plugin = this.#loaded();
    this.#isClosed = true;
    this.#types.removeOf(plugin.name);
    // Before the handles: what is refused is its plugin's again, and finalized with the others.
    await this.#windows.close();
    this.#handles.closePlugin(plugin.name);
    if (this.#host !== null) await plugin.stop?.(this.#host);
  }

  #loaded(): Plugin {
    if (this.#plugin === null) throw new Error("INTERNAL_NOT_LOADED");
    return this.#plugin;
  }

  async #revive(type: string, state: Uint8Array): Promise<FarJob | null> {
    const plugin = this.#loaded().name;
    const revive = this.#types.find({ plugin, type });
    if (revive === null) return null;
    // Bytes of their own: a process hands over a part of what it has read.
    const own = new Uint8Array(state);
    const handle = await this.#scope.enter("job", () => revive(type, own));
    if (handle === notMine) return null;
    const payload = this.#handles.adopt(plugin, handle);
    const number = this.#jobs.adopt(payload);
    // It is looked at when its run begins.
    const snapshot = { progress: 0, content: "{}", state: null };
    return { payload: number, type, canReset: payload.canReset, snapshot, tree: payload.tree };
  }

  /** The job is submitted by the host, or finalized. */
  async #create(type: string, content: JsonObject): Promise<FarJob> {
    const plugin = this.#loaded().name;
    const create = this.#types.creatorOf({ plugin, type });
    if (create === null) throw new JobEngineError("NOT_FOUND", `the job type "${type}"`);
    const handle = await this.#scope.enter("route", () => create(content, type, {}));
    const submitting = this.#handles.beginSubmit(plugin, handle);
    try {
      const { payload } = submitting;
      const snapshot = payload.snapshot();
      return {
        payload: this.#jobs.offer(submitting),
        type: submitting.type,
        canReset: payload.canReset,
        snapshot,
        tree: payload.tree,
      };
    } catch (error) {
      submitting.fail();
      this.#handles.free(plugin, handle);
      throw error;
    }
  }

  #run({ run, id, payload, isRevived, reset, attemptsLeft, record }: FarRun): Promise<RunEnd> {
    const owned = this.#jobs.taken(payload);
    return new Promise((resolve) => {
      const order = {
        id,
        priority: record.priority,
        sequence: record.sequence,
        record,
        payload: isRevived ? null : owned,
        revive: async () => ({ kind: "revived", payload: owned }) as const,
        reset,
        attemptsLeft,
      };
      const tellTree = (): void => {
        const { tree } = owned;
        if (tree !== null) this.#link.tell("tree", { run, tree });
      };
      const listener = this.#listener(run, tellTree, (end) => {
        // As it is at the end.
        tellTree();
        this.#runs.delete(run);
        if (this.#runs.size === 0) this.#heart?.cancel();
        if (this.#runs.size === 0) this.#heart = null;
        resolve(end);
      });
      this.#heart ??= systemClock.every(heartbeatMs, () => this.#link.tell("alive", null));
      this.#runs.set(run, this.#runner.start(order, listener));
    });
  }

  #listener(run: number, tellTree: () => void, ended: (end: RunEnd) => void): RunListener {
    const link = this.#link;
    return {
      started: () => link.tell("started", { run }),
      prepared: (_id, _payload, snapshot) => link.tell("prepared", { run, snapshot }),
      sampled: (_id, sample) => link.tell("sampled", { run, sample }),
      checkpointed: (_id, sample, state) => link.ask("checkpoint", { run, sample, state }),
      logged: (_id, level, ...said) => {
        const line = crossing(...said);
        const chars = line.text.length + sizeOf(line.data);
        this.#lines.pass(chars, () => link.tell("logged", { run, level, ...line }));
      },
      treeChanged: tellTree,
      openOutput: (_id, key, mime) => openFarOutput(this.#asking, { run, key, mime }),
      ended: (_id, end) => ended(end),
      // The host ends this side when a step takes too long.
      stepReturned: () => undefined,
    };
  }
}
