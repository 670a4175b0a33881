import type { Script } from "./recovery.ts";
import type { Life } from "./life.ts";
import type { JobPlan, Told } from "./protocol.ts";

/** Submits the plans, in this order, and kills the child when `isTime` says so. */
export function killWhen(
  plans: readonly JobPlan[],
  isTime: (told: Told, life: Life) => boolean,
): Script {
  let killedAt = Number.POSITIVE_INFINITY;
  return {
    get killedAt() {
      return killedAt;
    },
    hear(told, life) {
      if (killedAt !== Number.POSITIVE_INFINITY) return;
      if (told.event === "opened") {
        for (const [index, plan] of plans.entries()) {
          life.send({ kind: "submit", number: index + 1, plan, priority: 0 });
        }
      }
      if (!isTime(told, life)) return;
      killedAt = Date.now();
      life.kill();
    },
  };
}
