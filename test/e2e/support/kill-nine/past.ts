import type { JobInfo } from "../../../../src/index.ts";
import type { Command, JobPlan, Line } from "./protocol.ts";

/** What one life has promised about a job whose submit it answered. */
export interface Past {
  readonly id: string;
  readonly plan: JobPlan;
  readonly priority: number;
  /** Place among the submits, in the order they were asked. */
  readonly place: number;
  /** The last thing told of it; null: nothing since its submit. */
  readonly told: JobInfo | null;
  /** How often its end was told. */
  readonly ends: number;
  /** What was answered, or told, and not taken back since. */
  readonly holds: "nothing" | "paused" | "canceled";
  /** When that was answered; epoch milliseconds. */
  readonly heldSince: number;
  /** What was asked since and not answered, so that nobody knows whether it was done. */
  readonly unsure: ReadonlyMap<number, Asked["kind"]>;
  /** Somebody asked to cancel it, answered or not. */
  readonly wasToCancel: boolean;
}

type Asked = Exclude<Command, { readonly kind: "submit" }>;
type Answered = Extract<Line, { readonly event: "answered" }>;

/** All jobs whose submit was answered, by id. */
export function pastsOf(lines: readonly Line[]): ReadonlyMap<string, Past> {
  const commands = new Map<number, Command>();
  const pasts = new Map<string, Past>();
  for (const line of lines) {
    if (line.event === "sent") commands.set(line.command.number, line.command);
    if (line.event !== "answered") continue;
    const command = commands.get(line.number);
    if (command?.kind === "submit") pasts.set(line.id, newPast(line.id, command));
  }
  // Once more from the start: that a job runs may be told before its submit is answered.
  for (const line of lines) {
    const past = pasts.get(idOf(line) ?? "");
    if (past !== undefined) pasts.set(past.id, after(past, line, commands));
  }
  return pasts;
}

function newPast(
  id: string,
  { plan, priority, number }: Extract<Command, { readonly kind: "submit" }>,
): Past {
  return {
    id,
    plan,
    priority,
    place: number,
    told: null,
    ends: 0,
    holds: "nothing",
    heldSince: never,
    unsure: new Map(),
    wasToCancel: false,
  };
}

/** The job that a line is about; null: none, or the log says more. */
export function idOf(line: Line): string | null {
  switch (line.event) {
    case "sent":
      return line.command.kind === "submit" ? null : line.command.id;
    case "answered":
      return line.id;
    case "changed":
      return line.job.id;
    case "reloaded":
    case "opened":
    case "stepped":
      return null;
  }
}

function after(past: Past, line: Line, commands: ReadonlyMap<number, Command>): Past {
  switch (line.event) {
    case "sent":
      return line.command.kind === "submit" ? past : afterSent(past, line.command);
    case "answered": {
      const command = commands.get(line.number);
      if (command === undefined || command.kind === "submit") return past;
      return afterAnswer(past, command.kind, line);
    }
    case "changed":
      return afterChange(past, line.job);
    case "reloaded":
    case "opened":
    case "stepped":
      return past;
  }
}

/** From now on a pause may have been taken back. A cancel ends it too, but the job does not go on. */
function afterSent(past: Past, { kind, number }: Asked): Past {
  const holds = past.holds === "paused" && kind === "resume" ? "nothing" : past.holds;
  const wasToCancel = past.wasToCancel || kind === "cancel";
  return { ...past, holds, wasToCancel, unsure: new Map([...past.unsure, [number, kind]]) };
}

function afterAnswer(past: Past, kind: Asked["kind"], answer: Answered): Past {
  const unsure = new Map(past.unsure);
  unsure.delete(answer.number);
  const next = { ...past, unsure };
  if (!answer.isDone || kind === "resume") return next;
  return holding(next, kind === "pause" ? "paused" : "canceled", answer.at);
}

function afterChange(past: Past, job: JobInfo): Past {
  const next = { ...past, told: job, ends: past.ends + (isEnd(job) ? 1 : 0) };
  if (job.requested === "cancel") return holding(next, "canceled", never);
  const isPaused = job.state === "paused" || job.requested === "pause";
  return isPaused ? holding(next, "paused", never) : next;
}

/** A cancel holds for ever; a pause, if nothing that is not answered may have ended it. */
function holding(past: Past, holds: "paused" | "canceled", since: number): Past {
  const isEnded = past.told !== null && isEnd(past.told);
  if (isEnded || (holds === "paused" && !mayPauseHold(past))) return past;
  const heldSince = past.holds === holds ? Math.min(past.heldSince, since) : since;
  return { ...past, holds, heldSince };
}

function mayPauseHold({ holds, unsure }: Past): boolean {
  return holds !== "canceled" && [...unsure.values()].every((kind) => kind !== "resume");
}

/** What is only told of has no time of its own. */
const never = Number.POSITIVE_INFINITY;

export const isEnd = (job: JobInfo): boolean => job.state === "succeeded" || job.state === "failed";
