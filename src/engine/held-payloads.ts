import type { JobId } from "../core/job-id.ts";
import type { Payload } from "../ports/runner.ts";

/** The payloads behind the jobs, and whether their records still say what they are. */
export class HeldPayloads {
  readonly #payloads = new Map<JobId, Payload>();
  /** Jobs whose payload may say another state than the record. */
  readonly #doubted = new Set<JobId>();

  of(id: JobId): Payload | null {
    return this.#payloads.get(id) ?? null;
  }

  has(id: JobId): boolean {
    return this.#payloads.has(id);
  }

  /** From now on `payload` is the one behind the job. */
  attach(id: JobId, payload: Payload): void {
    this.#payloads.set(id, payload);
    this.#doubted.delete(id);
  }

  /** Something was done to the payload, and nobody has said its state after it. */
  doubt(id: JobId): void {
    if (this.#payloads.has(id)) this.#doubted.add(id);
  }

  /** The record says the state of the payload. */
  trust(id: JobId): void {
    this.#doubted.delete(id);
  }

  /** Whether it could be let go and made again from its record as it is. */
  isAsRecorded(id: JobId): boolean {
    return !this.#doubted.has(id) && this.#payloads.get(id)?.isLost !== true;
  }

  /** Takes the payload of a job from it; null: it has none. Whoever takes it finalizes it. */
  take(id: JobId): Payload | null {
    const payload = this.of(id);
    this.#payloads.delete(id);
    this.#doubted.delete(id);
    return payload;
  }
}
