import type { JobHost } from "../../../../src/sdk.ts";
import type { Committer } from "../commitment/committer.ts";
import type { SendParts } from "../job/send-job.ts";
import type { SendQueue } from "../open-send-queue.ts";
import { Alerts, tellBy } from "./alerts.ts";
import { Caretaker, type Task } from "./caretaker.ts";
import { Conditions } from "./conditions.ts";
import { Orphans } from "./orphans.ts";
import { Purge } from "./purge.ts";
import { Troubles } from "./troubles.ts";
import { Waiting } from "./waiting.ts";

interface CareParts {
  readonly parts: SendParts;
  readonly committer: Committer;
}

/** Begins to look after a queue that is open. Close it before the queue. */
export function careFor(
  host: JobHost,
  queue: SendQueue,
  { parts, committer }: CareParts,
): Pick<Caretaker, "close"> {
  const waiting = new Waiting(host, parts, queue.destinations);
  const purge = new Purge(host, queue.queue, queue.destinations);
  const orphans = new Orphans(host, parts);
  const troubles = new Troubles(queue.destinations, (level, text) => {
    host.log(level, text);
  });
  const tasks: Task[] = [
    async () => lookAtRates(queue.destinations),
    async (now) => troubles.tell(now),
    (now) => waiting.expire(now),
    (now) => waiting.divert(now),
    (now) => purge.care(now),
    () => orphans.wake(),
    (now) => committer.care(now),
  ];
  const complain = (error: unknown): void => {
    host.log("warning", `The queue could not be looked after: ${String(error)}`);
  };
  // Whoever is told may take his time to answer; nothing of the queue waits for that.
  const caretakers = [tasks, alerting(host, queue)].map((some) => new Caretaker(some, complain));
  return {
    close: async () => {
      await Promise.all(caretakers.map((one) => one.close()));
    },
  };
}

/** By a clock that nobody sets. */
function lookAtRates(destinations: SendQueue["destinations"]): void {
  const now = performance.now();
  for (const { meter } of destinations) meter.look(now);
}

function alerting(host: JobHost, { settings, spool, queue, destinations }: SendQueue): Task[] {
  if (settings.alerts === null) return [];
  const { url } = settings.alerts;
  const alerts = new Alerts(settings.alerts, tellBy(url), (error) => {
    const { host: where } = new URL(url);
    host.log("warning", `${where} could not be told of trouble: ${String(error)}`);
  });
  const countOld = (before: number): Promise<number> => queue.call("oldErrors", { before });
  const conditions = new Conditions(spool, destinations, countOld);
  return [async (now) => alerts.care(await conditions.now(now), now)];
}
