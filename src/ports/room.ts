/**
 * The bound on waiting jobs. Whoever submits needs room, first come, first served; native threads
 * stand in the same line. What waits again without a submit takes room, too, and never waits for it.
 */
export interface Room {
  /** How many jobs may wait; 0: no bound. */
  readonly limit: number;
  /** Takes room for so many jobs. False: there is not enough, or somebody waits for it already. */
  take(count: number): boolean;
  /**
   * Stands in line: `given` is called once, perhaps before this returns, when room for so many was
   * taken. The answer leaves the line; it says false if the room was given already. REQUIRES: there
   * may be so much.
   */
  wait(count: number, given: () => void): () => boolean;
  /** So many jobs do not wait any more, or, below 0, wait again. */
  give(count: number): void;
  /** The run of a job of this plugin has begun, so that it does not wait any more. */
  begun(plugin: string): void;
}
