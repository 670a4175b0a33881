import { randomUUID } from "node:crypto";
import type { JobHost, JsonObject, RouteResponse } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import { lastErrorOf } from "../destinations/last-error.ts";
import { OrthancFailed } from "../fetch/orthanc-failed.ts";
import { movedOf, partnersOf } from "../job/content.ts";
import { unsentOfOthers } from "../job/merged-instances.ts";
import type { FirstPass } from "../job/requests.ts";
import type { SendParts } from "../job/send-job.ts";
import { hurryHastened, startJob } from "../job/start-job.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { Entered, Entry, Meant, QueueRequest } from "../queue/item.ts";
import { QueueFailed } from "../queue/queue.ts";
import type { Target } from "../settings/settings.ts";
import { timestamp } from "../timestamp.ts";
import { unlikeConfigured } from "./configured-peer.ts";
import type { Asked } from "./named-destination.ts";
import { refusalOfIntake } from "./refusal-of-intake.ts";
import {
  badRequest,
  fullStorage,
  networkProtocol,
  refuse,
  unknownResource,
  type Why,
} from "./refusal.ts";
import { readStoreRequest, type StoreRequest } from "./store-request.ts";

interface CallParts {
  readonly open: SendQueue;
  readonly parts: SendParts;
  readonly destination: Destination;
  readonly request: Asked;
}

/** One `POST /modalities/{id}/store` or `/dicom-web/servers/{id}/stow`. */
export class StoreCall {
  readonly #host: JobHost;
  readonly #call: CallParts;

  constructor(host: JobHost, call: CallParts) {
    this.#host = host;
    this.#call = call;
  }

  async answer(body: Uint8Array): Promise<RouteResponse> {
    const { request, destination } = this.#call;
    const read = readStoreRequest(body);
    if ("invalid" in read) return refuse(request, badRequest(read.invalid));
    const undone = undoneAt(destination.target, read.request);
    if (undone !== null) return refuse(request, badRequest(undone));
    const unlike = unlikeConfigured(destination.target, read.request);
    if (unlike !== null) {
      const details = `The member "${unlike}" of the body is not as this destination is configured; configure another.`;
      return refuse(request, badRequest(details));
    }
    const { resources } = read.request;
    return (await this.#fetch(resources)) ?? this.store(read.request, { resources });
  }

  /** What is not here may be at the Orthanc that is configured. Null: all is here that it has; or why it is not. */
  async #fetch(resources: readonly string[]): Promise<RouteResponse | null> {
    const { open, request } = this.#call;
    try {
      await open.fetcher?.fetch(resources);
      return null;
    } catch (error) {
      if (!(error instanceof OrthancFailed)) return refusalOfIntake(request, error);
      const details = `What the Orthanc that is fetched from has of them could not be fetched: ${error.message}. Nothing is queued.`;
      return refuse(request, networkProtocol(details));
    }
  }

  /** Sends what is in the spool. */
  async store(wanted: StoreRequest, meant: Meant): Promise<RouteResponse> {
    const { open, destination } = this.#call;
    const id = randomUUID();
    const { priority, isPermissive, isQueued } = wanted;
    const to = { id, destination: destination.target.name, priority, isPermissive, isQueued };
    // First the queue, which must not lose it.
    const { policy, isToCommit, notBefore } = wanted;
    const now = Date.now();
    const isLater = notBefore !== null && notBefore > now;
    const options = { isToCommit, ...(isLater && { notBefore }) };
    const entry = { request: to, policy, meant, ...options, now };
    const entered = await this.#enter(entry);
    if ("refusal" in entered) return entered.refusal;
    // What goes with it now is awaited below: it must not be seen asleep.
    await hurryHastened(this.#host, entered.hastened);
    const passed = open.requests.firstPass(id);
    const jobId = await this.#start(to, wanted);
    if (!wanted.isSynchronous) return accepted(jobId, 200);
    // Nobody waits for tomorrow.
    if (isLater) return accepted(jobId, 202);
    const pass = await within(passed, wanted.timeoutMs);
    if (pass === null) return accepted(jobId, 202);
    const merged = {
      hashes: entered.mergedHashes ?? [],
      request: id,
      timeoutMs: wanted.timeoutMs,
    };
    const others = await unsentOfOthers(this.#host, open.queue, to.destination, merged);
    const waiting = others.find(({ state }) => state === "pending");
    // Somebody else sends it, and will; here it is not to be awaited any longer.
    if (waiting !== undefined) return accepted(waiting.job ?? jobId, 202);
    const failed = pass.counts.failed + others.length;
    const all = { ...pass, counts: { ...pass.counts, failed } };
    const delivered = { ...entered, merged: entered.merged - others.length };
    return this.#answerPass(all, { wanted, jobId, id, entered: delivered });
  }

  /** @throws what submitting the job throws: nothing of the request is in the queue any more */
  async #start(request: QueueRequest, { resources }: StoreRequest): Promise<string> {
    const { open, parts } = this.#call;
    try {
      return await startJob(this.#host, parts, request, resources.slice(0, shownResources));
    } catch (error) {
      // Whoever is told that it failed asks again; without a job nothing of it has been sent.
      const given = { filter: { request: request.id }, now: Date.now() };
      await open.queue.call("remove", given).catch(() => {});
      throw error;
    }
  }

  /** Or why nothing of it has entered, or is there any more. */
  async #enter(entry: Entry): Promise<Entered | { readonly refusal: RouteResponse }> {
    const { open, request } = this.#call;
    const refuseFor = (why: Why): { readonly refusal: RouteResponse } => ({
      refusal: refuse(request, why),
    });
    try {
      const entered = await open.queue.call("enter", entry);
      if (entered.unknown !== undefined) {
        const id = JSON.stringify(entered.unknown.slice(0, 60));
        return refuseFor(unknownResource(`Nothing in the spool has the id ${id}.`));
      }
      if (entered.missing === 0) return entered;
      const filter = { request: entry.request.id };
      await open.queue.call("remove", { filter, now: Date.now() });
      return refuseFor(unknownResource("An instance has left the spool meanwhile."));
    } catch (error) {
      if (error instanceof QueueFailed && error.isFull)
        return refuseFor(fullStorage(error.message));
      throw error;
    }
  }

  async #answerPass(
    { counts, nextAt }: FirstPass,
    {
      wanted,
      jobId,
      id,
      entered,
    }: { wanted: StoreRequest; jobId: string; id: string; entered: Entered },
  ): Promise<RouteResponse> {
    const left = counts.pending + counts.failed + counts.moved + counts.removed;
    const content = {
      Description: "REST API",
      ...partnersOf(this.#call.destination.target),
      InstancesCount: counts.sent + left + entered.merged + entered.skipped,
      FailedInstancesCount: left,
      ParentResources: wanted.resources,
    };
    if (left === 0) return { body: content };
    if (!wanted.isQueued) await this.#takeBack(id, jobId);
    if (wanted.isPermissive) return { body: content };
    const details = `${left} of ${counts.sent + left} instances were not transferred.`;
    return refuse(this.#call.request, networkProtocol(details), {
      SendQueue: {
        ID: jobId,
        Queued: wanted.isQueued ? counts.pending : 0,
        Failed: counts.failed,
        ...movedOf(counts),
        ...troubleOf(this.#call.destination),
        ...(nextAt === null ? {} : { NextRetry: timestamp(nextAt) }),
      },
    });
  }

  /** Whoever asked wants nothing to stay. */
  async #takeBack(id: string, jobId: string): Promise<void> {
    await this.#call.open.queue.call("remove", { filter: { request: id }, now: Date.now() });
    await this.#host.cancelJob(jobId);
  }
}

/** What is asked for and a destination cannot do; null: it can do all of it. */
function undoneAt(
  { kind, commitmentMs, isStrict }: Target,
  { isToCommit, notBefore }: StoreRequest,
): string | null {
  if (isToCommit && commitmentMs === null) {
    return kind === "dicom"
      ? "This modality is not asked for storage commitment: its AllowStorageCommitment is false."
      : "DICOMweb has no storage commitment.";
  }
  if (isStrict && isFuture(notBefore)) {
    // Whatever comes meanwhile would wait behind it.
    return 'The member "NotBefore" of the body is not for a destination with StrictOrder: it would keep back all that comes later.';
  }
  return null;
}

const isFuture = (time: number | null): boolean => time !== null && time > Date.now();

/** Why a destination is not sent to. */
const troubleOf = ({ target, breaker }: Destination): JsonObject =>
  breaker.kind === "closed" ? {} : { LastError: lastErrorOf(target, breaker.why) };

/** So many of the resources that were asked for are shown with a job. */
const shownResources = 10;

const accepted = (id: string, status: number): RouteResponse => ({
  status,
  body: { ID: id, Path: `/jobs/${id}` },
});

/** Null: it took too long. */
async function within<T>(work: Promise<T | null>, timeoutMs: number | null): Promise<T | null> {
  if (timeoutMs === null) return work;
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
