import type { NativeCore } from "../../native/binding.ts";
import { flatOrders } from "../../native/flat.ts";
import type { NativeEntry, NativeJobInfo } from "../../native/messages.ts";

/** So many admitted entries are handed on at once, without waiting for more. */
const soonEnough = 64;

/** What is said of a job; made only if it is still wanted when the orders go out. */
type LateInfo = () => NativeJobInfo;

/**
 * What the engine has decided for native jobs and the core has not been told: one call of the core
 * carries out what one turn of the loop has decided. Whoever asks the core, or answers somebody,
 * flushes first; otherwise the orders go out at the end of the turn.
 */
export class NativeOrderBook {
  readonly #core: NativeCore;
  readonly #publish = new Map<string, LateInfo>();
  #finalize: string[] = [];
  #forget: string[] = [];
  #admit: NativeEntry[] = [];
  #isScheduled = false;
  #isClosed = false;
  readonly #onNotFinalized: (id: string) => void;

  /** `onNotFinalized`: the job had no payload, so that nothing will be heard of its end. */
  constructor(core: NativeCore, onNotFinalized: (id: string) => void) {
    this.#core = core;
    this.#onNotFinalized = onNotFinalized;
  }

  admit(entry: NativeEntry): void {
    this.#admit.push(entry);
    if (this.#admit.length >= soonEnough) this.flush();
    else this.#soon();
  }

  finalize(id: string): void {
    this.#finalize.push(id);
    this.#soon();
  }

  forget(id: string): void {
    this.#publish.delete(id);
    this.#forget.push(id);
    this.#soon();
  }

  /** Only what is said last is made and told. */
  publish(id: string, info: LateInfo): void {
    this.#publish.set(id, info);
    this.#soon();
  }

  /** Everything is done when this returns. */
  flush(): void {
    const orders = {
      publish: [...this.#publish.values()].map((info) => info()),
      finalize: this.#finalize,
      forget: this.#forget,
      admit: this.#admit,
    };
    if (this.#isClosed || !Object.values(orders).some(({ length }) => length > 0)) return;
    this.#publish.clear();
    [this.#finalize, this.#forget, this.#admit] = [[], [], []];
    const unapplied = this.#core.apply(flatOrders(orders));
    for (const id of unapplied?.notFinalized ?? []) this.#onNotFinalized(id);
    const [lost] = unapplied?.notAdmitted ?? [];
    if (lost !== undefined) throw new Error(`INTERNAL_NOT_ADMITTED: ${lost}`);
  }

  /** The core is about to be destroyed: nothing more is ordered. */
  close(): void {
    this.flush();
    this.#isClosed = true;
  }

  #soon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }
}
