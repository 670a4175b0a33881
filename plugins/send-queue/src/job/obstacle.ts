import type { Held } from "../destinations/held.ts";
import type { Prospect } from "../queue/prospects.ts";

/** Why a request cannot go on now. */
export type Obstacle =
  | Held
  /** What is due of it is behind what another request has to send. */
  | { readonly kind: "behind" }
  /** Nothing of it is due before; epoch milliseconds. `isBehind`: something of another request, that is. */
  | { readonly kind: "due"; readonly at: number; readonly isBehind: boolean };

/** Of a request of which nothing could be taken. Null: something can be by now, it has become due since. */
export function obstacleOf({ freeAt, behindUntil }: Prospect, now: number): Obstacle | null {
  if (freeAt !== null && freeAt <= now) return null;
  const later = [freeAt ?? 0, behindUntil ?? 0].filter((time) => time > now);
  if (later.length === 0) return { kind: "behind" };
  return { kind: "due", at: Math.min(...later), isBehind: true };
}

/** What another request has to send goes before it. */
export const isBehind = (obstacle: Obstacle): boolean =>
  obstacle.kind === "behind" || (obstacle.kind === "due" && obstacle.isBehind);

/** Nothing but its time keeps it. */
export const isDueLater = (obstacle: Obstacle): boolean =>
  obstacle.kind === "due" && !obstacle.isBehind;

/** Others keep it, and not its destination. */
export const isOthers = (obstacle: Obstacle): boolean =>
  obstacle.kind === "busy" || isBehind(obstacle);
