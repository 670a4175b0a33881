/** Time, as the engine sees it. Tests move a fake one by hand. */
export interface Clock {
  /** Epoch milliseconds; may jump when somebody sets the machine's clock. */
  now(): number;
  /** Milliseconds since some fixed instant; never goes back. For measuring. */
  elapsed(): number;
  /**
   * Calls `callback` once when `now()` has reached `time`, at once (next turn) if it has already. For
   * due times: if the machine's clock is set back meanwhile, it comes when it would have come.
   */
  at(time: number, callback: () => void): Timer;
  /** Calls `callback` once after `ms` milliseconds, whatever the machine's clock does. For waiting. */
  after(ms: number, callback: () => void): Timer;
  /** Calls `callback` every `ms` milliseconds until the timer is canceled. Keeps no process alive. */
  every(ms: number, callback: () => void): Timer;
  /** Resolves after everything else that is waiting in the process had its turn. */
  yield(): Promise<void>;
}

export interface Timer {
  /** After this the callback is not called any more. Idempotent. */
  cancel(): void;
}
