import type { Snapshot } from "../../../core/job-record.ts";
import type { StopReason } from "../../../core/job-state.ts";
import type { JobDescriptor } from "../../../ports/job.ts";
import type { ProgressSnapshot } from "../../../ports/progress.ts";
import type { Payload } from "../../../ports/runner.ts";
import type { FarJob } from "../protocol/calls.ts";
import type { Side } from "./side.ts";
import { readSnapshot } from "./told.ts";
import { readTree } from "./told-tree.ts";

/** What stands in a descriptor for a payload that lives on another side. */
export class FarPayload {
  readonly #side: Side;
  readonly #job: FarJob;
  readonly #isLetGoHere: boolean;
  #owned: RemotePayload | null = null;

  /** `isLetGoHere`: nobody over there has its handle, so if this one is freed it must be finalized. */
  constructor(side: Side, job: FarJob, isLetGoHere: boolean) {
    this.#side = side;
    this.#job = job;
    this.#isLetGoHere = isLetGoHere;
  }

  /** The descriptor of such a job: its callbacks are on the other side. */
  get descriptor(): JobDescriptor<FarPayload> {
    return {
      type: this.#job.type,
      payload: this,
      step: () => {
        throw new Error("INTERNAL_STEPPED_HERE");
      },
      ...(this.#job.canReset === true && { reset: () => undefined }),
      ...(this.#isLetGoHere && { finalize: () => this.#letGo() }),
    };
  }

  /** Its handle was freed, or the engine has finalized it. */
  #letGo(): void {
    if (this.#owned?.isFinalized === true) return;
    this.#side.link.tell("finalize", { payload: this.#job.payload });
  }

  /** The engine takes the job; `finalized` is called when its payload is no more. */
  own(finalized: () => void): RemotePayload {
    this.#owned = new RemotePayload(this.#side, this.#job, finalized);
    return this.#owned;
  }
}

/** A payload that lives on another side, and dies with it. The strand is over there. */
export class RemotePayload implements Payload {
  readonly side: Side;
  readonly number: number;
  readonly canReset: boolean | null;
  /** It is, or is about to be, finalized over there. */
  isFinalized = false;
  /** As it was told last. */
  tree: ProgressSnapshot | null;
  readonly #first: Snapshot;
  readonly #finalized: () => void;

  constructor(side: Side, job: FarJob, finalized: () => void) {
    const { payload, canReset, snapshot, tree } = job;
    this.side = side;
    this.tree = readTree(tree);
    this.number = payload;
    this.canReset = canReset;
    this.#first = snapshot;
    this.#finalized = finalized;
  }

  get isLost(): boolean {
    return this.side.isOver;
  }

  /** The getters were asked over there, before the job crossed. */
  snapshot(): Snapshot {
    return this.#first;
  }

  async stop(reason: StopReason): Promise<Snapshot | null> {
    try {
      const asked = this.side.link.ask("stopJob", { payload: this.number, reason });
      return await this.side.take(asked, (told) => (told === null ? null : readSnapshot(told)));
    } catch {
      // The side has died, and its end is told elsewhere.
      return null;
    }
  }

  cancelBranch(node: string): void {
    if (!this.isLost) this.side.link.tell("cancelBranch", { payload: this.number, node });
  }

  async finalize(): Promise<void> {
    this.isFinalized = true;
    try {
      await this.side.link.ask("finalize", { payload: this.number });
    } catch {
      // It is gone with its side: there is nothing left to finalize.
    }
    this.#finalized();
  }
}
