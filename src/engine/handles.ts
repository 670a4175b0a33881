import { JobEngineError } from "../core/errors.ts";
import { messageOf } from "../core/thrown.ts";
import type { JobDescriptor } from "../ports/job.ts";
import type { JobHandle } from "../ports/plugin.ts";
import type { Payload, Runner } from "../ports/runner.ts";

/** A created job, until its payload is finalized. Never refers to its handle. */
interface Created {
  readonly plugin: string;
  readonly type: string;
  phase: "live" | "submitting" | "submitted" | "gone";
  readonly payload: Payload;
  readonly finalizeNow: () => void;
  /** Whether it is heard of when its handle is garbage collected. */
  isWatched: boolean;
}

/** Warns that a plugin lost handles: one sentence that names it, the type, and how many. */
export type Warn = (plugin: string, text: string) => void;

/** Its private name makes it impossible to forge. */
class Handle {
  readonly #created: Created;

  constructor(created: Created) {
    this.#created = created;
  }

  static open(value: unknown): Created | null {
    return typeof value === "object" && value !== null && #created in value ? value.#created : null;
  }
}

/**
 * The handles of JavaScript jobs: who may do what with one, and `finalize` exactly once for every
 * job that was created. `created === finalized + live + owned` at all times.
 */
export class Handles {
  readonly #runner: Runner;
  readonly #warn: Warn;
  readonly #live = new Set<Created>();
  readonly #forgotten: FinalizationRegistry<Created>;
  /** Handles that were made in this turn: most are submitted at once, and need not be watched. */
  #fresh: Handle[] = [];
  #createdCount = 0;
  #finalizedCount = 0;
  #ownedCount = 0;

  constructor(runner: Runner, warn: Warn) {
    this.#runner = runner;
    this.#warn = warn;
    this.#forgotten = new FinalizationRegistry((created) => this.#collect(created));
  }

  get counts(): { created: number; finalized: number; live: number; owned: number } {
    const [created, finalized] = [this.#createdCount, this.#finalizedCount];
    return { created, finalized, live: this.#live.size, owned: this.#ownedCount };
  }

  /** REQUIRES: the descriptor is valid. */
  create(plugin: string, given: JobDescriptor): JobHandle {
    const { type, payload: own, finalize } = given;
    // Small, and it holds as little as it can: there is one for each job that waits.
    const finalizeNow = (): void => {
      if (created.phase === "gone") throw new Error("INTERNAL_FINALIZED_TWICE");
      if (created.phase === "submitted") this.#ownedCount -= 1;
      created.phase = "gone";
      this.#finalizedCount += 1;
      const answer: unknown = finalize?.(own);
      // Nobody waits for it, but its rejection must not end the process.
      if (answer instanceof Promise) answer.catch((error) => this.#complain(created, error));
    };
    const payload = this.#runner.own(copyOf(given, { type, payload: own, finalize: finalizeNow }));
    const created: Created = {
      plugin,
      type,
      phase: "live",
      payload,
      finalizeNow,
      isWatched: false,
    };
    const handle = new Handle(created);
    this.#createdCount += 1;
    this.#live.add(created);
    this.#watchSoon(handle);
    return handle as unknown as JobHandle;
  }

  /** Begins a submit. @throws {JobEngineError} the handle errors */
  beginSubmit(plugin: string, handle: unknown): Submitting {
    const created = this.#mine(plugin, handle);
    created.phase = "submitting";
    return {
      type: created.type,
      payload: created.payload,
      succeed: () => this.#own(created),
      fail: () => {
        created.phase = "live";
        this.#watch(handle as Handle);
      },
    };
  }

  /** Takes the payload of a job that `revive` created. @throws {JobEngineError} the handle errors */
  adopt(plugin: string, handle: unknown): Payload {
    const created = this.#mine(plugin, handle);
    this.#own(created);
    return created.payload;
  }

  /** Finalizes before it returns. @throws {JobEngineError} the handle errors */
  free(plugin: string, handle: unknown): void {
    this.#finalizeLive(this.#mine(plugin, handle));
  }

  /** Finalizes every job of the plugin that was never submitted, with one warning for each type. */
  closePlugin(plugin: string): void {
    const lost = new Map<string, number>();
    for (const created of this.#live) {
      if (created.plugin !== plugin || created.phase !== "live") continue;
      lost.set(created.type, (lost.get(created.type) ?? 0) + 1);
      this.#finalizeLive(created);
    }
    for (const [type, count] of lost) this.#warnOfLost(plugin, type, count, "when it was stopped");
  }

  #own(created: Created): void {
    created.phase = "submitted";
    this.#live.delete(created);
    this.#ownedCount += 1;
    this.#unwatch(created);
  }

  /** At the end of the turn, if it is still its owner's then. */
  #watchSoon(handle: Handle): void {
    if (this.#fresh.push(handle) > 1) return;
    queueMicrotask(() => {
      const fresh = this.#fresh;
      this.#fresh = [];
      for (const one of fresh) this.#watch(one);
    });
  }

  #watch(handle: Handle): void {
    const created = Handle.open(handle);
    if (created === null || created.isWatched || created.phase !== "live") return;
    created.isWatched = true;
    this.#forgotten.register(handle, created, created);
  }

  #unwatch(created: Created): void {
    if (!created.isWatched) return;
    created.isWatched = false;
    this.#forgotten.unregister(created);
  }

  #finalizeLive(created: Created): void {
    this.#live.delete(created);
    this.#unwatch(created);
    try {
      created.finalizeNow();
    } catch (error) {
      this.#complain(created, error);
    }
  }

  #complain({ plugin, type }: Created, error: unknown): void {
    this.#warn(plugin, `finalize of a "${type}" job threw: ${messageOf(error)}`);
  }

  #collect(created: Created): void {
    if (created.phase !== "live") return;
    this.#finalizeLive(created);
    this.#warnOfLost(created.plugin, created.type, 1, "when its handle was garbage collected");
  }

  #warnOfLost(plugin: string, type: string, count: number, when: string): void {
    const jobs = count === 1 ? `a "${type}" job` : `${count} "${type}" jobs`;
    this.#warn(plugin, `${jobs} of plugin "${plugin}" finalized ${when}: submit or free each job`);
  }

  #mine(plugin: string, handle: unknown): Created {
    if (handle === null || handle === undefined) {
      throw new JobEngineError("INVALID_ARGUMENT", `the job handle is ${String(handle)}`);
    }
    const created = Handle.open(handle);
    if (created === null) throw new JobEngineError("STALE_HANDLE");
    if (created.plugin !== plugin) {
      const detail = `it is of plugin "${created.plugin}", the caller is "${plugin}"`;
      throw new JobEngineError("NOT_YOURS", detail);
    }
    switch (created.phase) {
      case "live":
        return created;
      case "submitting":
        throw new JobEngineError("BUSY");
      case "submitted":
        throw new JobEngineError("ALREADY_SUBMITTED");
      case "gone":
        throw new JobEngineError("STALE_HANDLE");
    }
  }
}

/** Its members, own and inherited alike; what its owner changes later changes nothing. */
function copyOf(
  descriptor: JobDescriptor,
  { type, payload, finalize }: Pick<Required<JobDescriptor>, "type" | "payload" | "finalize">,
): JobDescriptor {
  const { step, stop, reset, getProgress, getContent, getSerialized } = descriptor;
  const { getTree } = descriptor;
  const copy: Mutable<JobDescriptor> = { type, payload, step, finalize };
  if (stop !== undefined) copy.stop = stop;
  if (reset !== undefined) copy.reset = reset;
  if (getProgress !== undefined) copy.getProgress = getProgress;
  if (getContent !== undefined) copy.getContent = getContent;
  if (getSerialized !== undefined) copy.getSerialized = getSerialized;
  if (getTree !== undefined) copy.getTree = getTree;
  return copy;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A submit that has begun: the handle answers BUSY until one of the two is called. */
export interface Submitting {
  readonly type: string;
  readonly payload: Payload;
  /** The engine owns the payload. */
  succeed(): void;
  /** Nothing has happened; the handle is good again. */
  fail(): void;
}
