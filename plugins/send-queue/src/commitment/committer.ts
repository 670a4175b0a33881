import { randomUUID } from "node:crypto";
import type { JobHost } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import type { CommitmentReport } from "../dicom/commitment.ts";
import { PeerError } from "../dicom/peer-error.ts";
import type { SendParts } from "../job/send-job.ts";
import { resumeRequests } from "../job/start-job.ts";
import { configurationProbeMs, delayOf } from "../policy/back-off.ts";
import { askForCommitment, CommitmentRefused } from "./ask.ts";

/** A peer may report at once, on the same association: it is given so long, in milliseconds. */
const attentiveMs = 10_000;

/** A peer that is being asked when the host closes is given so long, in milliseconds. */
const closingMs = 1_000;

/** So many instances are in a transaction at most. */
const batchSize = 1_000;

/** No instance of the class has the UID of this transaction. */
const noSuchInstance = 0x0112;

/** When a destination is asked again that did not take a request. */
interface Pause {
  readonly until: number;
  readonly failures: number;
}

/** Has destinations answer for what they were sent. What it knows is in the queue's file. */
export class Committer {
  readonly #host: JobHost;
  readonly #parts: SendParts;
  readonly #destinations: Iterable<Destination>;
  readonly #pauses = new Map<string, Pause>();
  readonly #asking = new Map<string, Promise<void>>();
  /** By destination: the transaction that came to nothing, until the queue has forgotten it. */
  readonly #failed = new Map<string, string>();
  /** By transaction: ends the association on which its report may come. */
  readonly #attending = new Map<string, AbortController>();
  readonly #closing = new AbortController();
  /** Destinations of which the queue has forgotten what was on its way when a process ended. */
  readonly #begun = new Set<string>();

  /** `destinations`: all; those that cannot be asked are left alone. */
  constructor(host: JobHost, parts: SendParts, destinations: Iterable<Destination>) {
    this.#host = host;
    this.#parts = parts;
    this.#destinations = destinations;
  }

  /** One round: what took too long is asked for anew, what was sent is asked for. */
  async care(now: number): Promise<void> {
    for (const destination of this.#destinations) {
      const { name, commitmentMs } = destination.target;
      if (commitmentMs === null) continue;
      await this.#forgetOld(destination, now);
      if (this.#asking.has(name) || !this.#mayAsk(destination, now)) continue;
      // The report may take its time; the other destinations need not wait.
      const asking = this.#ask(destination, now)
        .catch((error: unknown) => this.#rest(name, destination.target.backOff, error))
        .finally(() => this.#asking.delete(name));
      this.#asking.set(name, asking);
    }
  }

  /** What is being asked for is asked for again at the next start. */
  async close(): Promise<void> {
    for (const attending of this.#attending.values()) attending.abort();
    const timer = setTimeout(() => this.#closing.abort(), closingMs);
    await Promise.allSettled(this.#asking.values());
    clearTimeout(timer);
  }

  /** A report has come on an association of the peer's. Answers the status for the peer. */
  async take(report: CommitmentReport): Promise<number> {
    const status = await this.#take(report);
    this.#attending.get(report.transaction)?.abort();
    return status;
  }

  async #take(report: CommitmentReport): Promise<number> {
    const now = Date.now();
    const reported = await this.#parts.queue.call("reportCommitment", { report, now });
    if (reported.isUnknown) return noSuchInstance;
    const { committed, sentAgain, failed, requests } = reported;
    if (sentAgain + failed === 0) return 0;
    const words = `A peer answers for ${committed} instances, and not for ${sentAgain + failed}`;
    this.#host.log("warning", `${words}: ${sentAgain} are sent again, ${failed} are errors.`);
    await resumeRequests(this.#host, this.#parts, requests);
    return 0;
  }

  async #forgetOld({ target, gate }: Destination, now: number): Promise<void> {
    const { name: destination, commitmentMs } = target;
    const before = now - (commitmentMs ?? Infinity);
    const isStart = !this.#begun.has(destination);
    const given = { destination, before, isStart };
    const count = await this.#parts.queue.call("forgetTransactions", given);
    this.#begun.add(destination);
    if (count === 0 || isStart) return;
    // It is to answer again: if it is in trouble, and nothing else waits, nobody asks after it.
    gate.watch();
    const words = `${destination} did not report on ${count} transactions in time`;
    this.#host.log("warning", `${words}: it is asked again.`);
  }

  #mayAsk(destination: Destination, now: number): boolean {
    const { isPaused, breaker, target } = destination;
    const isOpen = destination.opensAt(now) === now && breaker.kind === "closed";
    return !isPaused && isOpen && (this.#pauses.get(target.name)?.until ?? 0) <= now;
  }

  /** @throws what goes wrong: it is tried again later */
  async #ask({ target }: Destination, now: number): Promise<void> {
    // STOW-RS has no commitment; its servers are none of ours.
    if (target.kind !== "dicom") return;
    const { name: destination } = target;
    const { queue } = this.#parts;
    // What the disk did not take then.
    await this.#forgetFailed(destination);
    const transaction = newTransaction();
    const given = { destination, transaction, limit: batchSize, now };
    const items = await queue.call("askCommitment", given);
    if (items.length === 0) return;
    const references = items.map(({ instance }) => instance);
    const attending = new AbortController();
    this.#attending.set(transaction, attending);
    const listener = {
      taken: async (): Promise<void> => {
        this.#pauses.delete(destination);
        setTimeout(() => attending.abort(), attentiveMs).unref();
        await queue.call("commitmentTaken", { transaction });
      },
      reported: (report: CommitmentReport) => this.#take(report),
      signal: attending.signal,
      closing: this.#closing.signal,
    };
    try {
      await askForCommitment(target, { transaction, references }, listener);
    } catch (error) {
      this.#failed.set(destination, transaction);
      await this.#forgetFailed(destination);
      throw error;
    } finally {
      this.#attending.delete(transaction);
    }
  }

  /** @throws {QueueFailed} it is not forgotten yet */
  async #forgetFailed(destination: string): Promise<void> {
    const transaction = this.#failed.get(destination);
    if (transaction === undefined) return;
    await this.#parts.queue.call("forgetTransaction", { transaction });
    this.#failed.delete(destination);
  }

  #rest(destination: string, backOff: Parameters<typeof delayOf>[0], error: unknown): void {
    const failures = (this.#pauses.get(destination)?.failures ?? 0) + 1;
    const isRefused = error instanceof CommitmentRefused;
    const waitMs = isRefused ? configurationProbeMs : delayOf(backOff, failures, Math.random());
    this.#pauses.set(destination, { until: Date.now() + waitMs, failures });
    const why = isRefused || error instanceof PeerError ? error.message : String(error);
    this.#host.log("warning", `${destination} could not be asked to answer for instances: ${why}`);
  }
}

/** A UID that was never there, PS3.5 B.2. */
const newTransaction = (): string => `2.25.${BigInt(`0x${randomUUID().replaceAll("-", "")}`)}`;
