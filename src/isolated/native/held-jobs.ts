import type { JobId } from "../../core/job-id.ts";
import type { Snapshot } from "../../core/job-record.ts";
import type { StopReason } from "../../core/job-state.ts";
import type { FarJob } from "../../adapters/isolation/protocol/calls.ts";
import type { NativeOrderBook } from "../../adapters/native/order-book.ts";
import type { NativePayloads } from "../../adapters/native/payloads.ts";

/** A payload that the host's engine has, or is being given, or has asked for. */
export interface HeldJob {
  readonly number: number;
  readonly type: string;
  /** Null: the host has not said it yet. */
  id: JobId | null;
  /** What it showed last. */
  content: string;
  /** Of one that its run is to make: from what. Null: it was submitted here. */
  readonly state: Uint8Array | null;
  /** Resolves when its submit is answered: before that its core does not know it. */
  readonly known: Promise<void>;
}

/** The payloads of this process that the host knows, by the numbers under which it does. */
export class HeldJobs {
  readonly #payloads: NativePayloads;
  readonly #orders: NativeOrderBook;
  readonly #jobs = new Map<number, HeldJob>();
  /** The last payload of each job. */
  readonly #byId = new Map<JobId, HeldJob>();
  #last = 0;

  constructor(payloads: NativePayloads, orders: NativeOrderBook) {
    this.#payloads = payloads;
    this.#orders = orders;
  }

  /** A submit is under way. `known` resolves when it is answered. */
  offer(type: string, content: string, known: Promise<void>): HeldJob {
    return this.#add({ type, content, state: null, known });
  }

  /**
   * A payload is to be made again. The run does that, in its slot: there the core knows what to say of
   * one that cannot be made.
   */
  promise(type: string, state: Uint8Array): FarJob {
    const own = new Uint8Array(state);
    const job = this.#add({ type, content: "{}", state: own, known: Promise.resolve() });
    // It is looked at when its run begins.
    const snapshot = { progress: 0, content: "{}", state: null };
    return { payload: job.number, type, canReset: null, snapshot, tree: null };
  }

  /** REQUIRES: it is one of these. */
  get(number: number): HeldJob {
    const job = this.#jobs.get(number);
    if (job === undefined) throw new Error("INTERNAL_NO_SUCH_PAYLOAD");
    return job;
  }

  /** The host has said which job it is. */
  identify(job: HeldJob, id: JobId): void {
    job.id = id;
    this.#byId.set(id, job);
  }

  /** The engine would not have it. */
  refused(job: HeldJob): void {
    this.#jobs.delete(job.number);
  }

  contentOf(id: JobId): string {
    return this.#byId.get(id)?.content ?? "{}";
  }

  async stop(number: number, reason: StopReason): Promise<Snapshot | null> {
    const job = this.get(number);
    await job.known;
    return job.id === null ? null : this.#payloads.of(job.id, false).stop(reason);
  }

  /** Resolves when it is finalized. One that no run has made is only forgotten. */
  async finalize(number: number): Promise<void> {
    const job = this.get(number);
    await job.known;
    this.#jobs.delete(number);
    const { id } = job;
    if (id === null) return;
    await this.#payloads.of(id, false).finalize();
    if (this.#byId.get(id) !== job) return;
    this.#byId.delete(id);
    this.#orders.forget(id);
  }

  #add(job: Omit<HeldJob, "number" | "id">): HeldJob {
    const number = (this.#last += 1);
    const held = { ...job, number, id: null };
    this.#jobs.set(number, held);
    return held;
  }
}
