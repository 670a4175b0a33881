import type { JobId } from "../../core/job-id.ts";
import type { Snapshot } from "../../core/job-record.ts";
import type { StopReason } from "../../core/job-state.ts";
import { JobEngineError } from "../../core/errors.ts";
import type { Payload } from "../../ports/runner.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeSample } from "../../native/messages.ts";
import type { NativeInbox } from "./inbox.ts";
import { numberOf, stopReasons } from "./numbers.ts";

/** What a job showed last, where a sample says that its content has not changed. */
export type LatestContent = (id: JobId) => string;

/** The payloads that live in the native core, by the ids of their jobs. */
export class NativePayloads {
  readonly #core: NativeCore;
  readonly #latestContent: LatestContent;
  readonly #stopping = new Map<string, ((sample: NativeSample) => void)[]>();
  readonly #finalizing = new Map<string, (() => void)[]>();

  constructor(core: NativeCore, inbox: NativeInbox, latestContent: LatestContent) {
    this.#core = core;
    this.#latestContent = latestContent;
    inbox.hear({
      stopped: ({ id, sample }) => this.#stopping.get(id)?.shift()?.(sample),
      finalized: ({ id }) => this.#finalized(id),
    });
  }

  of(id: JobId, canReset: boolean): Payload {
    return {
      canReset,
      snapshot: () => {
        throw new JobEngineError("INTERNAL", "the native core asks the getters of its payloads");
      },
      stop: (reason) => this.#stop(id, reason),
      finalize: () => this.#finalize(id),
    };
  }

  snapshotOf(id: JobId, { progress, content, state }: NativeSample): Snapshot {
    return { progress, content: content ?? this.#latestContent(id), state };
  }

  #stop(id: JobId, reason: StopReason): Promise<Snapshot | null> {
    return new Promise((resolve) => {
      const waiting = this.#stopping.get(id) ?? [];
      this.#stopping.set(id, waiting);
      waiting.push((sample) => {
        if (waiting.length === 0) this.#stopping.delete(id);
        resolve(this.snapshotOf(id, sample));
      });
      if (this.#core.stop(id, numberOf(stopReasons, reason))) return;
      waiting.pop();
      resolve(null);
    });
  }

  #finalize(id: JobId): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#core.finalize(id)) return resolve();
      this.#finalizing.set(id, [...(this.#finalizing.get(id) ?? []), resolve]);
    });
  }

  #finalized(id: string): void {
    for (const resolve of this.#finalizing.get(id) ?? []) resolve();
    this.#finalizing.delete(id);
  }
}
