import type { JobId } from "../../core/job-id.ts";
import type { Snapshot } from "../../core/job-record.ts";
import { stopReasons, type StopReason } from "../../core/job-state.ts";
import { JobEngineError } from "../../core/errors.ts";
import type { ProgressSnapshot } from "../../ports/progress.ts";
import type { Payload } from "../../ports/runner.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeSample, NativeTree } from "../../native/messages.ts";
import type { NativeInbox } from "./inbox.ts";
import { partOf, treeOf } from "./native-tree.ts";
import { numberOf } from "./numbers.ts";
import type { NativeOrderBook } from "./order-book.ts";

/** What a job showed last, where a sample says that its content has not changed. */
export type LatestContent = (id: JobId) => string;

export interface NativePayloadsParts {
  readonly core: NativeCore;
  readonly orders: NativeOrderBook;
  readonly inbox: NativeInbox;
  readonly latestContent: LatestContent;
}

/** The payloads that live in the native core, by the ids of their jobs. */
export class NativePayloads {
  readonly #core: NativeCore;
  readonly #orders: NativeOrderBook;
  readonly #latestContent: LatestContent;
  readonly #stopping = new Map<string, ((sample: NativeSample) => void)[]>();
  readonly #finalizing = new Map<string, (() => void)[]>();
  /** Finalized at the end of their run, and not asked for since. */
  readonly #gone = new Set<string>();
  /** The last trees of those that have parts. */
  readonly #trees = new Map<string, NativeTree>();
  readonly #calls: PayloadCalls = {
    tree: (id) => this.treeOf(id),
    cancelBranch: (id, node) => this.cancelPart(id, node),
    stop: (id, reason) => this.#stop(id, reason),
    finalize: (id) => this.#finalize(id),
  };

  constructor({ core, orders, inbox, latestContent }: NativePayloadsParts) {
    this.#core = core;
    this.#orders = orders;
    this.#latestContent = latestContent;
    inbox.hear({
      stopped: ({ id, sample }) => this.#stopping.get(id)?.shift()?.(sample),
      finalized: ({ id }) => this.finalized(id),
    });
  }

  of(id: JobId, canReset: boolean): Payload {
    return new NativePayload(id, canReset, this.#calls);
  }

  snapshotOf(id: JobId, { progress, content, state, tree }: NativeSample): Snapshot {
    if (tree !== null) this.#trees.set(id, tree);
    return { progress, content: content ?? this.#latestContent(id), state };
  }

  /** As it was told last; null: the job has no parts. */
  treeOf(id: JobId): ProgressSnapshot | null {
    const tree = this.#trees.get(id);
    return tree === undefined ? null : treeOf(tree);
  }

  /** What it showed before is gone. */
  isReset(id: JobId): void {
    this.#trees.delete(id);
  }

  /** Asks a part of the progress of a job to stop; nothing happens if it is none of this payload's. */
  cancelPart(id: JobId, node: string): void {
    const { life, child } = partOf(node);
    this.#core.cancelChild(id, life, child);
  }

  /** The run that has just ended finalizes its payload itself; the engine lets go of it next. */
  endedWithout(id: JobId): void {
    this.#gone.add(id);
  }

  /** Nothing is left of the job's payload. */
  finalized(id: string): void {
    for (const resolve of this.#finalizing.get(id) ?? []) resolve();
    this.#finalizing.delete(id);
  }

  #stop(id: JobId, reason: StopReason): Promise<Snapshot | null> {
    return new Promise((resolve) => {
      const waiting = this.#stopping.get(id) ?? [];
      this.#stopping.set(id, waiting);
      this.#orders.flush();
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
    this.#trees.delete(id);
    if (this.#gone.delete(id)) return done;
    return new Promise((resolve) => {
      this.#finalizing.set(id, [...(this.#finalizing.get(id) ?? []), resolve]);
      this.#orders.finalize(id);
    });
  }
}

interface PayloadCalls {
  readonly stop: (id: JobId, reason: StopReason) => Promise<Snapshot | null>;
  readonly finalize: (id: JobId) => Promise<void>;
  readonly tree: (id: JobId) => ProgressSnapshot | null;
  readonly cancelBranch: (id: JobId, node: string) => void;
}

/** Small: there is one for each job that waits. */
class NativePayload implements Payload {
  readonly canReset: boolean;
  readonly #id: JobId;
  readonly #calls: PayloadCalls;

  constructor(id: JobId, canReset: boolean, calls: PayloadCalls) {
    this.canReset = canReset;
    this.#id = id;
    this.#calls = calls;
  }

  snapshot(): Snapshot {
    throw new JobEngineError("INTERNAL", "the native core asks the getters of its payloads");
  }

  stop(reason: StopReason): Promise<Snapshot | null> {
    return this.#calls.stop(this.#id, reason);
  }

  finalize(): Promise<void> {
    return this.#calls.finalize(this.#id);
  }

  get tree(): ProgressSnapshot | null {
    return this.#calls.tree(this.#id);
  }

  cancelBranch(node: string): void {
    this.#calls.cancelBranch(this.#id, node);
  }
}

const done = Promise.resolve();
