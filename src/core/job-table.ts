import type { JobId } from "./job-id.ts";
import type { JobRecord } from "./job-record.ts";
import { isFinished, type JobState } from "./job-state.ts";

type Kind = JobState["kind"];

/** Every record of the host, in the order of submission, with how many are in each state. */
export class JobTable {
  readonly #records = new Map<JobId, JobRecord>();
  readonly #counts = new Map<Kind, number>();

  get size(): number {
    return this.#records.size;
  }

  get(id: JobId): JobRecord | null {
    return this.#records.get(id) ?? null;
  }

  /** Adds a record or replaces the one with its id. The only way a record changes. */
  set(record: JobRecord): void {
    const before = this.#records.get(record.id);
    if (before !== undefined) this.#count(before.state.kind, -1);
    this.#count(record.state.kind, 1);
    this.#records.set(record.id, record);
  }

  remove(id: JobId): void {
    const record = this.#records.get(id);
    if (record === undefined) return;
    this.#count(record.state.kind, -1);
    this.#records.delete(id);
  }

  count(kind: Kind): number {
    return this.#counts.get(kind) ?? 0;
  }

  records(): IterableIterator<JobRecord> {
    return this.#records.values();
  }

  /** By sequence. */
  inOrder(): readonly JobRecord[] {
    const records = [...this.#records.values()];
    // Mostly they are: only a resubmit takes a new sequence and keeps its place in the map.
    const isInOrder = records.every(
      ({ sequence }, at) => at === 0 || (records[at - 1]?.sequence ?? 0) < sequence,
    );
    return isInOrder ? records : records.toSorted((a, b) => a.sequence - b.sequence);
  }

  /**
   * Throws INTERNAL, naming the record, if what must always hold does not. Tests call it after
   * every operation of the engine; it is O(n).
   */
  checkInvariants(): void {
    const counts = new Map<Kind, number>();
    const sequences = new Set<number>();
    for (const record of this.#records.values()) {
      counts.set(record.state.kind, (counts.get(record.state.kind) ?? 0) + 1);
      const broken = brokenRule(record, sequences);
      if (broken !== null) throw new Error(`INTERNAL_JOB_TABLE: ${broken}: ${record.id}`);
      sequences.add(record.sequence);
    }
    for (const kind of new Set([...counts.keys(), ...this.#counts.keys()])) {
      if ((counts.get(kind) ?? 0) !== this.count(kind)) {
        throw new Error(`INTERNAL_JOB_TABLE: ${this.count(kind)} jobs counted as ${kind}`);
      }
    }
  }

  #count(kind: Kind, change: number): void {
    this.#counts.set(kind, this.count(kind) + change);
  }
}

function brokenRule(record: JobRecord, sequences: ReadonlySet<number>): string | null {
  if (sequences.has(record.sequence)) return `sequence ${record.sequence} is taken twice`;
  if (record.changedAt < record.createdAt) return "it changed before it was created";
  if (record.progress < 0 || record.progress > 1) return `its progress is ${record.progress}`;
  if (record.resetDue && isFinished(record.state)) return "a finished job has a reset due";
  if (record.attempts > record.retry.maxAttempts) return `it failed ${record.attempts} times`;
  if ((record.submittedState === null) !== (record.currentState === null)) {
    return "only one of its two states is saved";
  }
  return null;
}
