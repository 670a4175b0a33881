import type { PanelAction } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";

/** So many other destinations are offered on a card: there are more over REST. */
const maxMoves = 8;

/** What is there for a destination. */
interface Left {
  readonly waiting: number;
  readonly errors: number;
}

/** What can be done about a destination. `others`: the names of those that could have instead what it does not take. */
export function actionsOf(
  { target, isPaused, breaker }: Destination,
  { waiting, errors }: Left,
  others: readonly string[],
): readonly PanelAction[] {
  const path = `/send-queue/destinations/${encodeURIComponent(target.name)}`;
  const act = (label: string, action: string): PanelAction => ({
    label,
    method: "POST",
    path: `${path}/${action}`,
  });
  // What is being sent is nobody else's.
  const mayMove = waiting + errors > 0 && (isPaused || breaker.kind === "open");
  return [
    isPaused ? act("Resume", "resume") : act("Pause", "pause"),
    act("Ask whether it is there", "probe"),
    ...(breaker.kind === "open" ? [act("Send now", "flush")] : []),
    ...(errors > 0 ? [requeueOf(target.name, errors)] : []),
    ...others.slice(0, mayMove ? maxMoves : 0).map((to): PanelAction => ({
      label: `Give all to ${to}`,
      method: "POST",
      path: `${path}/move`,
      body: { To: to },
      confirm: `What waits (${waiting}) and the errors (${errors}) go to ${to} instead of ${target.name}.`,
    })),
  ];
}

const requeueOf = (name: string, errors: number): PanelAction => ({
  label: "Try its errors again",
  method: "POST",
  path: "/send-queue/errors/requeue",
  body: { Destination: name },
  confirm: `The errors of ${name} (${errors}) go back into the queue, with new attempts.`,
});
