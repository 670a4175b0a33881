import type { Snapshot } from "../../core/job-record.ts";
import type { StopReason } from "../../core/job-state.ts";
import { messageOf } from "../../core/thrown.ts";
import type { StepRequest } from "../../core/stop-reason.ts";
import type { CallScope } from "../../ports/call-scope.ts";
import type { Clock } from "../../ports/clock.ts";
import type { JobDescriptor } from "../../ports/job.ts";
import type { JobProgress as Root, ProgressSnapshot } from "../../ports/progress.ts";
import type { Payload } from "../../ports/runner.ts";
import { JobProgress, JobTree } from "../../progress/job-progress.ts";
import { GetterError, askContent, askProgress, askSerialized } from "./getters.ts";
import { LoopTree, type TreeListener } from "./loop-tree.ts";

/** What a step has pushed; it wins over the getters until the next step begins. */
export interface Pushed {
  progress: number | null;
  content: string | null;
  state: Uint8Array | null;
}

export const nothingPushed: Readonly<Pushed> = { progress: null, content: null, state: null };

/** Where the payload tells of callbacks that failed when nobody waits for their answer. */
export type Complain = (text: string) => void;

/** What a payload needs beside its descriptor. */
export interface PayloadCare {
  readonly scope: CallScope;
  readonly clock: Clock;
  readonly complain: Complain;
}

/**
 * A JavaScript payload in the engine's care. All callbacks go through its strand, one after the
 * other, inside a call scope.
 */
export class LoopPayload implements Payload {
  readonly descriptor: JobDescriptor;
  readonly #care: PayloadCare;
  /** Whether the job was serializable when it was submitted or revived; that does not change. */
  #isSaved = false;
  #progress = 0;
  #content = "{}";
  #strand: Promise<unknown> | null = null;
  #tree: LoopTree | null = null;
  /** Who hears of the tree, also of one that is not there yet. */
  #hears: TreeListener | null = null;

  constructor(descriptor: JobDescriptor, care: PayloadCare) {
    this.descriptor = descriptor;
    this.#care = care;
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
        this.#care.complain(`a getter failed after stop: ${messageOf(error)}`);
        return null;
      }
    });
  }

  finalize(): Promise<void> {
    return this.onStrand(async () => {
      // What of the tree goes on although its job is over, goes on for nobody.
      this.#tree?.stop("the job has ended");
      try {
        this.enter(() => this.descriptor.finalize?.(this.descriptor.payload));
      } catch (error) {
        this.#care.complain(`finalize threw: ${messageOf(error)}`);
      }
    });
  }

  get tree(): ProgressSnapshot | null {
    return this.#findTree()?.shown ?? null;
  }

  cancelBranch(node: string): void {
    this.#findTree()?.cancel(node);
  }

  /** The root of the tree; made here, if the job has brought none along. */
  get progress(): Root {
    const found = this.#findTree()?.root;
    if (found !== undefined && found !== null) return found;
    const { clock, complain } = this.#care;
    const warn = ({ message }: { readonly message: string }): void => complain(message);
    const root = new JobProgress(this.descriptor.type, { clock, warn });
    this.#adopt(new LoopTree(new JobTree(root)));
    return root;
  }

  /** A run begins, of which this was asked so far; from now on `listener` hears of the tree. */
  runBegins(request: StepRequest, listener: TreeListener): void {
    this.#hears = listener;
    this.#findTree()?.hear(listener);
    this.ask(request);
  }

  runEnds(): void {
    this.#hears = null;
    this.#tree?.hear(null);
  }

  /** What is asked of the run. */
  ask(request: StepRequest): void {
    this.#findTree()?.ask(request);
  }

  /** Whether something was thrown only because the tree was stopped. */
  isTreeReason(thrown: unknown): boolean {
    return this.#tree?.isReason(thrown) === true;
  }

  /** The job starts over, and so does its tree. */
  dropTree(): void {
    this.#tree?.hear(null);
    this.#tree = null;
  }

  #findTree(): LoopTree | null {
    if (this.#tree !== null) return this.#tree;
    const found = this.descriptor.getTree?.(this.descriptor.payload) ?? null;
    if (found !== null) this.#adopt(new LoopTree(found));
    return this.#tree;
  }

  #adopt(tree: LoopTree): void {
    this.#tree = tree;
    if (this.#hears === null) return;
    tree.hear(this.#hears);
    tree.ask("nothing");
  }

  /** Runs `task` after everything that was put on the strand before. REQUIRES: it never rejects. */
  onStrand<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#strand === null ? task() : this.#strand.then(task);
    this.#strand = turn;
    return turn;
  }

  enter<T>(callback: () => T): T {
    return this.#care.scope.enter("job", callback);
  }

  /** Calls `stop`; whatever it throws is told and changes nothing. REQUIRES: on the strand. */
  async callStop(reason: StopReason): Promise<void> {
    const { stop, payload } = this.descriptor;
    if (stop === undefined) return;
    try {
      await this.enter(() => stop(payload, reason));
    } catch (error) {
      this.#care.complain(`stop(${reason}) threw: ${messageOf(error)}`);
    }
  }

  /** Asks the getters; what was pushed wins. REQUIRES: on the strand. @throws GetterError */
  look(pushed: Readonly<Pushed>, withState: boolean): Snapshot {
    // A call scope costs more than all else in here; without getters nothing is called.
    if (!hasGetters(this.descriptor)) {
      return { ...this.latest(pushed), state: withState ? pushed.state : null };
    }
    return this.enter(() => {
      const said = this.#findTree()?.fraction ?? pushed.progress ?? askProgress(this.descriptor);
      this.#progress = said ?? this.#progress;
      this.#content = pushed.content ?? askContent(this.descriptor) ?? this.#content;
      const state = withState ? (pushed.state ?? askSerialized(this.descriptor)) : null;
      return { progress: this.#progress, content: this.#content, state };
    });
  }

  /** What was last said, without asking anybody; with what the running step has pushed since. */
  latest(pushed: Readonly<Pushed>): Snapshot {
    this.#progress = this.#findTree()?.fraction ?? pushed.progress ?? this.#progress;
    this.#content = pushed.content ?? this.#content;
    return { progress: this.#progress, content: this.#content, state: null };
  }
}

const hasGetters = ({ getProgress, getContent, getSerialized }: JobDescriptor): boolean =>
  getProgress !== undefined || getContent !== undefined || getSerialized !== undefined;
