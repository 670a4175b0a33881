import type { Clock, Timer } from "../../ports/clock.ts";
import type { EngineEvent } from "../../ports/job-event.ts";
import type { JobInfo } from "../../ports/job.ts";
import type { Jobs } from "../../ports/jobs.ts";
import type { JobObject } from "../orthanc.ts";
import { ChangeLog } from "./change-log.ts";
import { eventText, newEpoch, numberOfId } from "./event-text.ts";
import type { FeedFilter } from "./feed-filter.ts";
import { Frames, type Frame, frameText, totalsText } from "./frames.ts";
import { Slices } from "./slices.ts";
import type { Stream } from "./stream.ts";
import type { Tap } from "./tap.ts";

/** Frames are so far apart at least, in milliseconds: four a second. */
const frameEveryMs = 250;

/** What happens within this time of the first change is in the same frame; milliseconds. */
const gatherMs = 10;

/** At most this part of the loop's time goes into frames: after an expensive one the next comes later. */
const shareOfLoop = 0.1;

/** For so long after the last client has left one may come back and go on; milliseconds. */
const lingerMs = 30_000;

/** Most jobs that are remembered as gone. */
const maxGone = 50_000;

export interface FeedParts {
  readonly jobs: Pick<Jobs, "jobInfo" | "jobCounts">;
  readonly tap: Tap;
  readonly show: (job: JobInfo, now: number) => JobObject;
  readonly clock: Clock;
  /** Hears of an error that no client can be told. */
  readonly onError: (text: string, error: unknown) => void;
}

interface Client {
  readonly stream: Pick<Stream, "send" | "offer">;
  readonly filter: FeedFilter;
  /** It knows everything up to this change. */
  knows: number;
  /** What it was told last. */
  totals: string;
}

/** A time in which somebody listens, or has listened not long ago. */
interface Period {
  readonly epoch: string;
  readonly log: ChangeLog;
  readonly listening: Disposable;
}

/**
 * Every job, told to many: at most four times a second what has changed, in the last state. What is
 * the same for several clients is made once. Whoever comes back goes on where it was, as long as that
 * is known: for a while after the last one left. Nobody listens: no cost.
 */
export class Feed {
  readonly #parts: FeedParts;
  readonly #clients = new Set<Client>();
  #period: Period | null = null;
  /** Null: nothing has changed since the last frame. */
  #next: Timer | null = null;
  #isSending = false;
  /** The next frame comes no earlier, in the clock's elapsed milliseconds. */
  #notBefore = 0;
  #end: Timer | null = null;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /** Tells this client from now on, or from `lastId` on. Answers how it leaves. */
  join(stream: Client["stream"], filter: FeedFilter, lastId: string | null): () => void {
    this.#end?.cancel();
    const { log, epoch } = (this.#period ??= this.#begin());
    const known = lastId === null ? null : numberOfId(lastId, epoch);
    const isKnown = known !== null && log.reaches(known);
    if (lastId !== null && !isKnown) stream.send(eventText({ event: "reset", data: "{}" }));
    const totals = totalsText(this.#parts.jobs);
    // After the totals: asking for them has the engine tell what it has not told yet.
    const knows = isKnown ? known : log.number;
    log.told(knows);
    const data = frameText("", "[]", totals);
    stream.send(eventText({ event: "jobs", id: `${epoch}-${knows}`, data }));
    const client: Client = { stream, filter, knows, totals };
    this.#clients.add(client);
    if (knows < log.number) this.#soon();
    return () => this.#leave(client);
  }

  /** REQUIRES: every client has left, or never gets anything again. */
  close(): void {
    this.#clients.clear();
    this.#forget();
  }

  #begin(): Period {
    const log = new ChangeLog(maxGone);
    const listening = this.#parts.tap.listen((event) => this.#hear(log, event));
    return { epoch: newEpoch(), log, listening };
  }

  #leave(client: Client): void {
    if (!this.#clients.delete(client) || this.#clients.size > 0) return;
    this.#end = this.#parts.clock.after(lingerMs, () => this.#forget());
  }

  #forget(): void {
    this.#next?.cancel();
    this.#next = null;
    this.#end?.cancel();
    this.#period?.listening[Symbol.dispose]();
    this.#period = null;
  }

  #hear(log: ChangeLog, event: EngineEvent): void {
    switch (event.kind) {
      case "submitted":
      case "progressed":
        log.changed(event.job, null);
        break;
      case "changed":
        log.changed(event.job, event.from);
        break;
      case "forgotten":
        log.forgotten(event.id);
        break;
      case "reported":
      case "logged":
        return;
    }
    if (this.#clients.size > 0) this.#soon();
  }

  /** A frame follows as soon as one may. */
  #soon(): void {
    if (this.#next !== null || this.#isSending) return;
    const { clock } = this.#parts;
    const waitMs = Math.max(gatherMs, this.#notBefore - clock.elapsed());
    this.#next = clock.after(waitMs, () => {
      this.#next = null;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    const period = this.#period;
    if (period === null) return;
    const { clock, onError } = this.#parts;
    this.#isSending = true;
    const start = clock.elapsed();
    const slices = new Slices(clock);
    try {
      await this.#sendFrames(period, slices);
    } catch (error) {
      onError("the events of jobs could not be told", error);
    }
    this.#isSending = false;
    this.#notBefore = start + Math.max(frameEveryMs, slices.busyMs / shareOfLoop);
    // Another time may have begun meanwhile.
    const last = this.#period?.log.number ?? 0;
    if ([...this.#clients].some(({ knows }) => knows < last)) this.#soon();
  }

  async #sendFrames({ epoch, log }: Period, slices: Slices): Promise<void> {
    const { jobs, clock } = this.#parts;
    const now = clock.now();
    const show = (job: JobInfo): JobObject => this.#parts.show(job, now);
    const frames = new Frames({ jobs, log, show, slices });
    const encoded = new Map<Frame, Uint8Array>();
    // Who comes meanwhile is told the next time.
    const clients = [...this.#clients];
    for (const client of clients) {
      const frame = await frames.after(client.knows, client.filter);
      const isNews = frame.data !== null || client.totals !== frames.totals;
      const bytes = encoded.get(frame) ?? bytesOf(frame, epoch, frames.totals);
      encoded.set(frame, bytes);
      // One that does not take it is told later, of what has happened by then.
      if (!isNews || client.stream.offer(bytes)) {
        client.knows = frame.number;
        client.totals = frames.totals;
      }
      if (slices.isOver) await slices.turn();
    }
  }
}

function bytesOf({ number, data }: Frame, epoch: string, totals: string): Uint8Array {
  const id = `${epoch}-${number}`;
  return Buffer.from(eventText({ event: "jobs", id, data: data ?? frameText("", "[]", totals) }));
}
