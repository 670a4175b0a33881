import { setTimeout as delay } from "node:timers/promises";
import { JobEngineError, type JobHost } from "../../../../src/sdk.ts";
import type { OpenRequest, QueueRequest } from "../queue/item.ts";
import { SendJob, sendJobTypes, type SendParts } from "./send-job.ts";

/**
 * Submits the job of a request that is in the queue. If it is not to be had, the request is found by and
 * by (upkeep/orphans.ts), after a crash at the next start: two jobs for one request share it, and harm
 * nothing. Nobody is held up for room in the engine. @throws what submitting throws: there is no job
 */
export async function startJob(
  host: JobHost,
  parts: SendParts,
  request: QueueRequest,
  resources: readonly string[] = [],
): Promise<string> {
  const { id, destination, priority, isPermissive, movedFrom } = request;
  const moved = movedFrom === undefined ? {} : { movedFrom };
  const state = { request: id, target: destination, isPermissive, resources, ...moved };
  // A destination that is configured no more keeps its place under the older name.
  const kind = parts.destinationOf(destination)?.target.kind ?? "dicom";
  const options = { priority, key: `${keyPrefixes[kind]}:${destination}`, noWait: true };
  const job = await host.submit(new SendJob(sendJobTypes[kind], state, parts), options);
  // If the disk takes that not, it is taken for one without a job, and gets a second one.
  await parts.queue.call("setJob", { request: id, job }).catch(() => {});
  return job;
}

/** Limits of how much goes to one destination are by key. */
const keyPrefixes = { dicom: "modality", "dicom-web": "dicom-web" } as const;

/** Sees to it that everything that waits has a job that will send it. Answers how many were made. */
export async function wakeRequests(host: JobHost, parts: SendParts): Promise<number> {
  return startJobs(host, parts, await orphansOf(host, parts));
}

/**
 * The same, when some of what failed of these requests, or was sent, has been put back into the queue: a job of
 * theirs that sleeps until something else is due begins again now.
 */
export async function resumeRequests(
  host: JobHost,
  parts: SendParts,
  requests: readonly string[],
): Promise<void> {
  await wakeRequests(host, parts);
  const resumed = new Set(requests);
  const open = await parts.queue.call("openRequests", {});
  const jobs = open.flatMap(({ id, job }) => (resumed.has(id) && job !== null ? [job] : []));
  // One that runs sees it by itself, unless it is just about to sleep: nobody waits until it does.
  void hurryHastened(host, jobs);
}

/**
 * The requests of which something waits, and whose job has ended or was never there. They get another
 * one: a resubmit would send all that failed of it, and what somebody has canceled.
 */
export async function orphansOf(
  host: JobHost,
  { queue, destinationOf }: SendParts,
): Promise<readonly QueueRequest[]> {
  const find = async (): Promise<readonly OpenRequest[]> =>
    (await queue.call("openRequests", {})).filter(
      ({ job }) => job === null || !isUnfinished(host, job),
    );
  const orphans = await find();
  let canceled = 0;
  for (const { id: request, destination, job } of orphans) {
    const before = job === null ? null : canceledAt(host, job);
    if (before === null) continue;
    // After a restart a job that still waits for its turn is canceled without a word to us.
    await queue.call("cancel", { request, now: Date.now(), before });
    destinationOf(destination)?.line.settledSome();
    canceled += 1;
  }
  return canceled === 0 ? orphans : find();
}

/** Epoch milliseconds; null: it is not there, or has ended otherwise. */
function canceledAt(host: JobHost, job: string): number | null {
  try {
    const { error, changedAt } = host.jobInfo(job);
    return error?.code === "JOB_CANCELED" ? changedAt : null;
  } catch {
    return null;
  }
}

/** Submits the job of each, whatever becomes of the others. Answers how many there are now. */
export async function startJobs(
  host: JobHost,
  parts: SendParts,
  requests: readonly QueueRequest[],
): Promise<number> {
  const errors: unknown[] = [];
  for (const request of requests) {
    try {
      await startJob(host, parts, request);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) {
    const words = `${errors.length} requests have no job yet; it is tried again`;
    host.log("warning", `${words}: ${String(errors[0])}`);
  }
  return requests.length - errors.length;
}

/** Has the jobs of a destination that wait for their time begin again now. */
export async function hurryRequests(
  host: JobHost,
  parts: SendParts,
  destination: string,
): Promise<void> {
  const requests = await parts.queue.call("openRequests", {});
  await hurryJobs(host, jobsOf(requests, destination));
}

/** Takes something from a destination; those whose jobs sleep see at once that less is left for them, or nothing. */
export async function takeFrom<Answer>(
  { host, parts, destination }: Owner,
  take: () => Promise<Answer>,
): Promise<Answer> {
  const requests = await parts.queue.call("openRequests", {});
  const answer = await take();
  // One that runs may have counted before, and be just about to sleep: nobody waits until it does.
  void hurryJobs(host, jobsOf(requests, destination)).catch((error: unknown) =>
    tellUnwoken(host, destination, error),
  );
  return answer;
}

interface Owner {
  readonly host: JobHost;
  readonly parts: SendParts;
  readonly destination: string;
}

const jobsOf = (requests: readonly OpenRequest[], destination: string): readonly string[] =>
  requests.flatMap((request) =>
    request.destination === destination && request.job !== null ? [request.job] : [],
  );

/** The same for some jobs, which may be over by now. */
export async function hurryJobs(host: JobHost, jobs: readonly string[]): Promise<void> {
  await Promise.all(jobs.map((job) => hurry(host, job).then(() => {}, unlessOver)));
}

/** The same for those that have something to send sooner than they knew. Never throws. */
export const hurryHastened = (host: JobHost, jobs: readonly string[] = []): Promise<void> =>
  hurryJobs(host, jobs).catch((error: unknown) => tellUnwoken(host, "its time", error));

function unlessOver(error: unknown): void {
  if (!isGone(error)) throw error;
}

/** Of a job that is not there any more. */
export const isGone = (error: unknown): boolean =>
  error instanceof JobEngineError && error.code === "NOT_FOUND";

/** A job that runs may be just about to wait: it is looked at so often again, after so many milliseconds. */
const looks = 20;
const lookMs = 50;

/** Has a job begin again now if it waits for its time, or is about to. False: it does not. @throws NOT_FOUND */
export async function hurry(host: JobHost, job: string, most: number = looks): Promise<boolean> {
  for (let look = 0; look < most; look += 1) {
    if (await host.wakeJob(job)) return true;
    const { state } = host.jobInfo(job);
    if (state !== "running" && state !== "retrying") return false;
    await delay(lookMs);
  }
  return false;
}

/** Says that some jobs of a destination sleep on, unless nobody can be woken any more. */
export function tellUnwoken(host: JobHost, destination: string, error: unknown): void {
  if (error instanceof JobEngineError && error.code === "CLOSING") return;
  // Those that were not woken look by themselves.
  const words = `Not all that waits for ${destination} could be woken`;
  host.log("warning", `${words}: ${String(error)}`);
}

/** Whether a job is there that has not ended. */
export function isUnfinished(host: JobHost, job: string): boolean {
  try {
    const { state } = host.jobInfo(job);
    return state !== "succeeded" && state !== "failed";
  } catch {
    return false;
  }
}
