import { JobEngineError } from "../core/errors.ts";
import { messageOf } from "../core/thrown.ts";
import type { CallScope } from "../ports/call-scope.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { SubmitOptions } from "../ports/job.ts";
import type { JobWish } from "../ports/jobs.ts";
import {
  queueFull,
  SubmittedJob,
  type Creator,
  type JobHandle,
  type Made,
} from "../ports/plugin.ts";
import type { EngineLog } from "./engine-log.ts";
import type { Handles } from "./handles.ts";
import type { JobTypes } from "./job-types.ts";
import type { Submission } from "./submission.ts";
import type { WaitingRoom } from "./waiting-room.ts";

export interface CreationParts {
  readonly types: JobTypes;
  readonly handles: Handles;
  readonly submission: Submission;
  readonly room: WaitingRoom;
  readonly scope: CallScope;
  readonly log: EngineLog;
  readonly clock: Clock;
}

/** Who makes the jobs of a type. */
interface Maker {
  readonly plugin: string;
  readonly create: Creator;
}

/** Makes jobs for those who have no plugin: from a type and content. */
export class Creation {
  readonly #parts: CreationParts;

  constructor(parts: CreationParts) {
    this.#parts = parts;
  }

  /** As Jobs.createJobFrom. */
  async submit(wish: JobWish, options: SubmitOptions, roomWaitMs: number | null): Promise<string> {
    const { submission, handles } = this.#parts;
    const maker = this.#makerOf(wish);
    const made = await this.#create(maker, wish, options);
    if (made instanceof SubmittedJob) return made.id;
    // From here on: how long the plugin takes to make a job says nothing of the room there is.
    const patience = this.#patience(options, roomWaitMs);
    try {
      if (made === queueFull) return await this.#submitLater(maker, wish, patience.options);
      return await submission.submit(maker.plugin, made, patience.options, () => undefined);
    } catch (error) {
      if (made !== queueFull) free(handles, maker.plugin, made);
      throw error;
    } finally {
      patience.timer?.cancel();
    }
  }

  /** Whenever there is room, until there is a job. */
  async #submitLater(maker: Maker, wish: JobWish, options: SubmitOptions): Promise<string> {
    const { room } = this.#parts;
    const { signal = null, noWait = false } = options;
    for (;;) {
      const entering = room.enter({ signal, noWait });
      if (entering !== null) await entering;
      // Whoever submits it takes the room itself; if somebody else has been quicker, once more.
      room.leave();
      const made = await this.#create(maker, wish, options);
      if (made instanceof SubmittedJob) return made.id;
      if (made !== queueFull) throw new TypeError("what submits its jobs itself has made a handle");
      signal?.throwIfAborted();
    }
  }

  /** The same options, with a signal that ends the wait for room in time. */
  #patience(
    options: SubmitOptions,
    roomWaitMs: number | null,
  ): { readonly options: SubmitOptions; readonly timer: Timer | null } {
    if (roomWaitMs === null) return { options, timer: null };
    const impatience = new AbortController();
    const timer = this.#parts.clock.after(roomWaitMs, () => {
      const why = `in ${roomWaitMs / 1000} s there was no room for another job`;
      impatience.abort(new JobEngineError("QUEUE_FULL", why));
    });
    const given = options.signal === undefined ? [] : [options.signal];
    const signal = AbortSignal.any([...given, impatience.signal]);
    return { options: { ...options, signal }, timer };
  }

  /** @throws {JobEngineError} INVALID_ARGUMENT, PLUGIN_CRASHED */
  #makerOf({ type, plugin }: JobWish): Maker {
    const { types } = this.#parts;
    const all = types.creatorsOf(type).filter((one) => plugin === null || one.plugin === plugin);
    const able = all.flatMap(({ plugin: name, create }) =>
      create === null ? [] : [{ plugin: name, create }],
    );
    const [found, another] = able;
    if (found !== undefined && another === undefined) return found;
    if (found !== undefined) {
      const names = able.map((one) => `"${one.plugin}"`).join(", ");
      throw invalid(`the plugins ${names} all have the job type "${type}"; say which one`);
    }
    const [unable] = all;
    if (unable !== undefined) {
      const why = `it has registered no way to create one from content`;
      throw invalid(`only the plugin "${unable.plugin}" makes "${type}" jobs: ${why}`);
    }
    if (types.isGone(type)) throw new JobEngineError("PLUGIN_CRASHED", `the type "${type}"`);
    const of = plugin === null ? "" : ` of the plugin "${plugin}"`;
    throw invalid(`there is no job type "${type}"${of}${this.#hint()}`);
  }

  #hint(): string {
    const names = this.#parts.types.creatable().map(({ type }) => `"${type}"`);
    return names.length === 0 ? " that can be created" : `; there are ${names.join(", ")}`;
  }

  /** What the plugin refuses is its words; anything else it throws is its fault. */
  async #create(
    { plugin, create }: Maker,
    { type, content }: JobWish,
    options: SubmitOptions,
  ): Promise<Made> {
    const { scope, log } = this.#parts;
    try {
      const made = await scope.enter("route", () => create(content, type, options));
      if (made === queueFull || (typeof made === "object" && made !== null)) return made;
      throw new TypeError("what creates it must answer the handle of a job");
    } catch (error) {
      if (isRefusal(error)) throw error;
      const text = `plugin "${plugin}" could not create a "${type}" job: ${messageOf(error)}`;
      log.line({ level: "error", text, plugin, id: null });
      throw new JobEngineError("INTERNAL", text, { cause: error });
    }
  }
}

/** Also of another copy of this package: a plugin may bring its own. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === "JobEngineError" &&
  (error as JobEngineError).code !== "INTERNAL";

/** Whoever asked has no handle; the payload must not stay. */
function free(handles: Handles, plugin: string, handle: JobHandle): void {
  try {
    handles.free(plugin, handle);
  } catch {
    // It was submitted after all, or was never a handle of this plugin.
  }
}

const invalid = (detail: string): JobEngineError => new JobEngineError("INVALID_ARGUMENT", detail);
