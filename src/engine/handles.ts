import { JobEngineError } from "../core/errors.ts";
import { messageOf } from "../core/thrown.ts";
import type { JobDescriptor } from "../ports/job.ts";
import type { JobHandle } from "../ports/plugin.ts";
import type { Payload, Runner } from "../ports/runner.ts";

/** A created job, until its payload is finalized. Never refers to its handle. */
interface Created {
  readonly plugin: string;
  readonly type: string;
  readonly canBe: { phase: "live" | "submitting" | "submitted" | "gone" };
  readonly payload: Payload;
  readonly finalizeNow: () => void;
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
    const descriptor = copyOf(given);
    const { type } = descriptor;
    const canBe: Created["canBe"] = { phase: "live" };
    const finalizeNow = (): void => {
      if (canBe.phase === "gone") throw new Error("INTERNAL_FINALIZED_TWICE");
      if (canBe.phase === "submitted") this.#ownedCount -= 1;
      canBe.phase = "gone";
      this.#finalizedCount += 1;
      const answer: unknown = descriptor.finalize?.(descriptor.payload);
      // Nobody waits for it, but its rejection must not end the process.
      if (answer instanceof Promise) answer.catch((error) => this.#complain(plugin, type, error));
    };
    const payload = this.#runner.own({ ...descriptor, finalize: finalizeNow });
    const created: Created = { plugin, type, canBe, payload, finalizeNow };
    const handle = new Handle(created);
    this.#createdCount += 1;
    this.#live.add(created);
    this.#forgotten.register(handle, created, created);
    return handle as unknown as JobHandle;
  }

  /** Begins a submit. @throws {JobEngineError} the handle errors */
  beginSubmit(plugin: string, handle: unknown): Submitting {
    const created = this.#mine(plugin, handle);
    created.canBe.phase = "submitting";
    return {
      type: created.type,
      payload: created.payload,
      succeed: () => this.#own(created),
      fail: () => {
        created.canBe.phase = "live";
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
      if (created.plugin !== plugin || created.canBe.phase !== "live") continue;
      lost.set(created.type, (lost.get(created.type) ?? 0) + 1);
      this.#finalizeLive(created);
    }
    for (const [type, count] of lost) this.#warnOfLost(plugin, type, count, "when it was stopped");
  }

  #own(created: Created): void {
    created.canBe.phase = "submitted";
    this.#live.delete(created);
    this.#ownedCount += 1;
    this.#forgotten.unregister(created);
  }

  #finalizeLive(created: Created): void {
    this.#live.delete(created);
    this.#forgotten.unregister(created);
    try {
      created.finalizeNow();
    } catch (error) {
      this.#complain(created.plugin, created.type, error);
    }
  }

  #complain(plugin: string, type: string, error: unknown): void {
    this.#warn(plugin, `finalize of a "${type}" job threw: ${messageOf(error)}`);
  }

  #collect(created: Created): void {
    if (created.canBe.phase !== "live") return;
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
    switch (created.canBe.phase) {
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
function copyOf(descriptor: JobDescriptor): JobDescriptor {
  const { type, payload, step, stop, reset, finalize } = descriptor;
  const { getProgress, getContent, getSerialized } = descriptor;
  return {
    type,
    payload,
    step,
    ...(stop && { stop }),
    ...(reset && { reset }),
    ...(getProgress && { getProgress }),
    ...(getContent && { getContent }),
    ...(getSerialized && { getSerialized }),
    ...(finalize && { finalize }),
  };
}

/** A submit that has begun: the handle answers BUSY until one of the two is called. */
export interface Submitting {
  readonly type: string;
  readonly payload: Payload;
  /** The engine owns the payload. */
  succeed(): void;
  /** Nothing has happened; the handle is good again. */
  fail(): void;
}
