import type { Gate } from "../destinations/gate.ts";
import type { Obstacle } from "./obstacle.ts";

/** How long a request sleeps if nobody wakes it before. */
export interface Sleep {
  readonly ms: number;
  /** Whether everything that was due has been tried: whoever waits for it is told. */
  readonly isTried: boolean;
  /** When it goes on; epoch milliseconds, null: nobody knows. */
  readonly nextAt: number | null;
}

/** Whoever is to be woken looks by itself as often, in milliseconds, should nobody have thought of it. */
const unaskedMs = 30_000;

/** The same, should somebody have set the clock. */
const unsureMs = 60_000;

/** It is looked so often at least, in milliseconds: somebody may have set the clock. */
const longestMs = 600_000;

/** Those that wait for the destination itself look one after the other. */
export function sleepOf(obstacle: Obstacle, now: number, gate: Pick<Gate, "turnAfter">): Sleep {
  const until = (time: number): number => Math.max(1, gate.turnAfter(time) - now);
  switch (obstacle.kind) {
    case "busy":
    case "behind":
      return { ms: until(now + unaskedMs), isTried: false, nextAt: null };
    case "paused":
      return { ms: until(now + unaskedMs), isTried: true, nextAt: null };
    case "closed": {
      const ms = until(Math.min(obstacle.until, now + unsureMs));
      return { ms, isTried: true, nextAt: obstacle.until };
    }
    case "open":
      return { ms: until(obstacle.until), isTried: true, nextAt: obstacle.until };
    case "due": {
      const most = obstacle.isBehind ? unsureMs : longestMs;
      const ms = Math.min(Math.max(1, obstacle.at - now), most);
      return { ms, isTried: true, nextAt: obstacle.at };
    }
  }
}
