import type { Snapshot } from "../../core/job-record.ts";
import type { StopReason } from "../../core/job-state.ts";
import { messageOf } from "../../core/thrown.ts";
import type { CallScope } from "../../ports/call-scope.ts";
import type { JobDescriptor } from "../../ports/job.ts";
import type { Payload } from "../../ports/runner.ts";
import { GetterError, askContent, askProgress, askSerialized } from "./getters.ts";

/** What a step has pushed; it wins over the getters until the next step begins. */
export interface Pushed {
  progress: number | null;
  content: string | null;
  state: Uint8Array | null;
}

export const nothingPushed: Readonly<Pushed> = { progress: null, content: null, state: null };

/** Where the payload tells of callbacks that failed when nobody waits for their answer. */
export type Complain = (text: string) => void;

/**
 * A JavaScript payload in the engine's care. All callbacks go through its strand, one after the
 * other, inside a call scope.
 */
export class LoopPayload implements Payload {
  readonly descriptor: JobDescriptor;
  readonly #scope: CallScope;
  readonly #complain: Complain;
  /** Whether the job was serializable when it was submitted or revived; that does not change. */
  #isSaved = false;
  #progress = 0;
  #content = "{}";
  #strand: Promise<unknown> | null = null;

  constructor(descriptor: JobDescriptor, scope: CallScope, complain: Complain) {
    this.descriptor = descriptor;
    this.#scope = scope;
    this.#complain = complain;
  }

  get canReset(): boolean {
    return this.descriptor.reset !== undefined;
  }

  get isSaved(): boolean {
    return this.#isSaved;
  }

  snapshot(): Snapshot {
    try {
      const snapshot = this.look(nothingPushed, true);
      this.#isSaved = snapshot.state !== null;
      return snapshot;
    } catch (error) {
      throw error instanceof GetterError ? error.asEngineError() : error;
    }
  }

  /** Called when it was revived from saved state, so it can be saved. */
  markSaved(): void {
    this.#isSaved = true;
  }

  stop(reason: StopReason): Promise<Snapshot | null> {
    return this.onStrand(async () => {
      await this.callStop(reason);
      try {
        return this.look(nothingPushed, true);
      } catch (error) {
        this.#complain(`a getter failed after stop: ${messageOf(error)}`);
        return null;
      }
    });
  }

  finalize(): Promise<void> {
    return this.onStrand(async () => {
      try {
        this.enter(() => this.descriptor.finalize?.(this.descriptor.payload));
      } catch (error) {
        this.#complain(`finalize threw: ${messageOf(error)}`);
      }
    });
  }

  /** Runs `task` after everything that was put on the strand before. REQUIRES: it never rejects. */
  onStrand<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#strand === null ? task() : this.#strand.then(task);
    this.#strand = turn;
    return turn;
  }

  enter<T>(callback: () => T): T {
    return this.#scope.enter("job", callback);
  }

  /** Calls `stop`; whatever it throws is told and changes nothing. REQUIRES: on the strand. */
  async callStop(reason: StopReason): Promise<void> {
    const { stop, payload } = this.descriptor;
    if (stop === undefined) return;
    try {
      await this.enter(() => stop(payload, reason));
    } catch (error) {
      this.#complain(`stop(${reason}) threw: ${messageOf(error)}`);
    }
  }

  /** Asks the getters; what was pushed wins. REQUIRES: on the strand. @throws GetterError */
  look(pushed: Readonly<Pushed>, withState: boolean): Snapshot {
    // A call scope costs more than all else in here; without getters nothing is called.
    if (!hasGetters(this.descriptor)) {
      return { ...this.latest(pushed), state: withState ? pushed.state : null };
    }
    return this.enter(() => {
      this.#progress = pushed.progress ?? askProgress(this.descriptor) ?? this.#progress;
      this.#content = pushed.content ?? askContent(this.descriptor) ?? this.#content;
      const state = withState ? (pushed.state ?? askSerialized(this.descriptor)) : null;
      return { progress: this.#progress, content: this.#content, state };
    });
  }

  /** What was last said, without asking anybody; with what the running step has pushed since. */
  latest(pushed: Readonly<Pushed>): Snapshot {
    this.#progress = pushed.progress ?? this.#progress;
    this.#content = pushed.content ?? this.#content;
    return { progress: this.#progress, content: this.#content, state: null };
  }
}

const hasGetters = ({ getProgress, getContent, getSerialized }: JobDescriptor): boolean =>
  getProgress !== undefined || getContent !== undefined || getSerialized !== undefined;
