import type { Clock, Timer } from "../../ports/clock.ts";
import type { NativeCore } from "../../native/binding.ts";
import { KeepAlive } from "./keep-alive.ts";

/** How often it is looked whether there are still such jobs; milliseconds. */
const lookEveryMs = 100;

/** Keeps the process from its end while jobs wait or run that the engine has not heard of. */
export class LaneWatch {
  readonly #core: NativeCore;
  readonly #clock: Clock;
  readonly #keepAlive: KeepAlive;
  #timer: Timer | null = null;

  constructor(core: NativeCore, clock: Clock) {
    this.#core = core;
    this.#clock = clock;
    this.#keepAlive = new KeepAlive(clock);
  }

  /** There are some now. */
  begin(): void {
    this.#keepAlive.set(true);
    this.#timer ??= this.#clock.every(lookEveryMs, () => {
      if (!this.#core.laneIsBusy()) this.#rest();
    });
  }

  /** For good. */
  end(): void {
    this.#keepAlive.end();
    this.#rest();
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#keepAlive.set(false);
  }
}
