import { systemClock } from "../../src/adapters/system-clock.ts";
import { JobEngineError } from "../../src/core/errors.ts";
import type { JobId } from "../../src/core/job-id.ts";
import type { JobRecord, NewJobRecord } from "../../src/core/job-record.ts";
import type { Added, JobStore, StoreWrite } from "../../src/ports/job-store.ts";

/** What the engine handed over and the test has not answered yet. */
interface Request {
  readonly writes: readonly StoreWrite[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** A durable store in memory that refuses and delays when it is told to. */
export class StoreDouble implements JobStore {
  readonly durable = true;
  /** What is committed. */
  readonly records: Map<JobId, JobRecord> = new Map();
  /** Everything that was handed over, each transaction as "kind id". */
  readonly handed: string[][] = [];
  /** How often something was asked of it after it was closed, which nobody may do. */
  askedWhenClosed = 0;
  readonly #found: readonly JobRecord[];
  readonly #requests: Request[] = [];
  #sequence = 0;
  #refusals = 0;
  #isHeld = false;
  #isClosed = false;

  /** `found`: what an earlier host has left there. */
  constructor(found: readonly JobRecord[] = []) {
    this.#found = found;
    for (const record of found) this.records.set(record.id, record);
  }

  /** Refuses the next `count` commits. */
  refuse(count = 1): void {
    this.#refusals += count;
  }

  /** From now on nothing is answered before `answer`. */
  hold(): void {
    this.#isHeld = true;
  }

  /** How many commits wait for their answer. */
  get waiting(): number {
    return this.#requests.length;
  }

  /** Answers the oldest commit that waits. */
  answer(how: "committed" | "refused" = "committed"): void {
    const request = this.#requests.shift();
    if (request === undefined) throw new Error("no commit is waiting");
    this.#settle(request, how);
  }

  /** Refuses the youngest commit that waits, before the others: as a store does whose thread has died. */
  refuseYoungest(): void {
    const request = this.#requests.pop();
    if (request === undefined) throw new Error("no commit is waiting");
    this.#settle(request, "refused");
  }

  /** Answers all that wait, and whatever comes from now on at once. */
  release(): void {
    this.#isHeld = false;
    while (this.#requests.length > 0) this.answer();
  }

  open(): Promise<readonly JobRecord[]> {
    this.#sequence = Math.max(0, ...this.#found.map(({ sequence }) => sequence));
    return Promise.resolve(this.#found);
  }

  add(...records: readonly NewJobRecord[]): Added {
    const sequence = this.#sequence + 1;
    const writes = records.map((record): StoreWrite => {
      return { kind: "put", record: { ...record, sequence: this.nextSequence() } };
    });
    return { sequence, committed: this.commit(writes) };
  }

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.#isClosed) this.askedWhenClosed += 1;
    this.handed.push(writes.map(inWords));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const request = { writes, resolve, reject };
    if (this.#isHeld) this.#requests.push(request);
    else this.#settle(request, this.#refusals > 0 ? "refused" : "committed");
    return promise;
  }

  beforeSending(callback: () => void): void {
    void this.#callBack(callback);
  }

  close(): Promise<void> {
    this.release();
    this.#isClosed = true;
    return Promise.resolve();
  }

  async #callBack(callback: () => void): Promise<void> {
    await systemClock.yield();
    callback();
  }

  #settle({ writes, resolve, reject }: Request, how: "committed" | "refused"): void {
    if (how === "refused") {
      this.#refusals = Math.max(0, this.#refusals - 1);
      reject(new JobEngineError("STORE_FAILED", "the double was told to refuse"));
      return;
    }
    for (const write of writes) {
      if (write.kind === "delete") this.records.delete(write.id);
      else this.records.set(write.record.id, write.record);
    }
    resolve();
  }
}

const inWords = (write: StoreWrite): string =>
  write.kind === "delete" ? `delete ${write.id}` : `${write.kind} ${write.record.id}`;
