import { act, cancelPart, forget, setPriority, type Action } from "./live/rest.ts";
import type { Live } from "./live/live.ts";
import { attempt } from "./notices.ts";
import { shortId } from "./view/format.ts";
import type { JobObject } from "./wire.ts";

/** The words on a button, and what is said when it is done. */
export const actionWords: Readonly<
  Record<Action, { readonly verb: string; readonly done: string; readonly key: string }>
> = {
  pause: { verb: "Pause", done: "Asked to pause", key: "P" },
  resume: { verb: "Resume", done: "Resumed", key: "P" },
  cancel: { verb: "Cancel", done: "Asked to cancel", key: "C" },
  resubmit: { verb: "Retry", done: "Submitted again", key: "R" },
};

const nameOf = ({ Type, ID }: JobObject): string => `${Type} ${shortId(ID)}`;

export function perform(job: JobObject, action: Action): Promise<boolean> {
  return attempt(`${actionWords[action].done}: ${nameOf(job)}`, () => act(job.ID, action));
}

export async function forgetJob(live: Live, job: JobObject): Promise<boolean> {
  const isDone = await attempt(`Deleted: ${nameOf(job)}`, () => forget(job.ID));
  if (isDone) live.remove(job.ID);
  return isDone;
}

export function changePriority(job: JobObject, priority: number): Promise<boolean> {
  return attempt(`Priority ${priority}: ${nameOf(job)}`, () => setPriority(job.ID, priority));
}

export function cancelBranch(id: string, node: string, name: string): Promise<boolean> {
  return attempt(`Asked to cancel: ${name}`, () => cancelPart(id, node));
}
