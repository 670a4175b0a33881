import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { Turn } from "../ports/runner.ts";

type Job = Pick<JobRecord, "id" | "plugin">;

/** The jobs of one plugin that wait, and what to call when one of them does not any more. */
type Waiting = Map<JobId, (() => void) | null>;

/**
 * Pending jobs whose runs were turned away because others of their plugin are in the way, and those
 * that would be: they wait without a slot until it is worth another try.
 */
export class HeldBack {
  readonly #plugins = new Map<string, Waiting>();
  readonly #onTurn: (ids: readonly JobId[]) => void;

  /** `onTurn` is called with the jobs that may try again; they are not in here any more then. */
  constructor(onTurn: (ids: readonly JobId[]) => void) {
    this.#onTurn = onTurn;
  }

  /** The run of this job was turned away. */
  add({ id, plugin }: Job, turn: Turn): void {
    const waiting = this.#plugins.get(plugin) ?? this.#shut(plugin, turn);
    waiting.set(id, () => turn.giveUp());
  }

  /** Takes a job that would be turned away. False: it may try. */
  join({ id, plugin }: Job): boolean {
    const waiting = this.#plugins.get(plugin);
    waiting?.set(id, null);
    return waiting !== undefined;
  }

  has({ id, plugin }: Job): boolean {
    return this.#plugins.get(plugin)?.has(id) === true;
  }

  /** False: the job is not in here. */
  remove({ id, plugin }: Job): boolean {
    const waiting = this.#plugins.get(plugin);
    const giveUp = waiting?.get(id);
    const isRemoved = waiting?.delete(id) === true;
    giveUp?.();
    return isRemoved;
  }

  #shut(plugin: string, turn: Turn): Waiting {
    const waiting: Waiting = new Map();
    this.#plugins.set(plugin, waiting);
    void turn.come.then(() => {
      this.#plugins.delete(plugin);
      this.#onTurn([...waiting.keys()]);
    });
    return waiting;
  }
}
