import { randomUUID } from "node:crypto";
import type { PeerTrouble } from "../dicom/peer-error.ts";
import { implementationClass } from "../dicom/uids.ts";
import type { Failure, Verdict } from "../policy/failure.ts";
import { judgeProbe, waitOf } from "../policy/http-status.ts";
import { judgeTrouble } from "../policy/peer-trouble.ts";
import { judgeStow, partsOf } from "../policy/stow-verdict.ts";
import type { Item } from "../queue/item.ts";
import type { WebServer } from "../settings.ts";
import type { Spool } from "../spool/spool.ts";
import type { Exchanged, WebPatience, WebReply } from "../stow/exchange.ts";
import { multipartOf } from "../stow/multipart.ts";
import { readStowAnswer } from "../stow/stow-answer.ts";
import { WebConnection } from "../stow/web-connection.ts";
import { paced } from "../dicom/data-blocks.ts";
import { pass, type Bandwidth } from "./bandwidth.ts";
import type { Batch, Room } from "./batch.ts";
import { DestinationFailed } from "./destination-failed.ts";
import { localFailure } from "./local-failure.ts";
import type { Sender, SenderFactory, Tried } from "./sender.ts";
import { SpooledParts, type SpooledPart } from "./spooled-parts.ts";

/** Milliseconds; the server's own time-out is that without progress. */
const connectMs = 10_000;
const responseMs = 300_000;

/** No study has this UID: asking for it costs the server little, and answers with nobody's data. */
const probePath = `studies?StudyInstanceUID=${implementationClass}&limit=1`;

const accept = "application/dicom+json";

export interface StowOptions {
  readonly patience?: Partial<WebPatience>;
  /** Of this server, and of all destinations together. */
  readonly limits?: readonly Bandwidth[];
}

/** Opens connections to a DICOMweb server; what one has learned of it, the next one knows. */
export class StowSenders implements SenderFactory {
  readonly #server: WebServer;
  readonly #spool: Spool;
  readonly #patience: WebPatience;
  readonly #habits: Habits;
  readonly #limits: readonly Bandwidth[];

  constructor(server: WebServer, spool: Spool, { patience, limits = [] }: StowOptions = {}) {
    this.#server = server;
    this.#spool = spool;
    this.#limits = limits;
    const { timeoutMs: progressMs, isChunked, room } = server;
    this.#patience = { connectMs, progressMs, responseMs, ...server.patience, ...patience };
    this.#habits = { isChunked, mostBytes: room.bytes, speaksHttp: false };
  }

  /** The connection is made with the first request. */
  async open(): Promise<Sender> {
    return new StowSender(this.#server, this.#spool, {
      connection: this.#connect(),
      habits: this.#habits,
      limits: this.#limits,
    });
  }

  /**
   * Asks for a study that there is not (QIDO-RS). Whoever answers, and lets us in, is there: also one
   * that cannot be asked for studies. Whether it takes instances shows when one is sent.
   */
  async probe(): Promise<void> {
    const connection = this.#connect();
    const headers = { Accept: accept };
    const exchanged = await connection.exchange({
      method: "GET",
      path: probePath,
      headers,
      blocks: null,
    });
    connection.abort();
    const why = this.#judge(exchanged);
    if (why !== null) throw new DestinationFailed(why);
  }

  #judge(exchanged: Exchanged): Failure | null {
    if (exchanged.kind === "broken") return judgeTrouble(exchanged.trouble, false);
    // There is no file in what was asked.
    if (exchanged.kind === "unreadable") return localFailure(exchanged.error.cause);
    this.#habits.speaksHttp = true;
    const { status, retryAfter } = exchanged.reply;
    return judgeProbe(status, waitOf(retryAfter, Date.now()));
  }

  #connect(): WebConnection {
    return new WebConnection(this.#server.address, this.#patience);
  }
}

/** What is learned of a server, until the next start. */
interface Habits {
  /** Whether it takes requests that do not say how long they are. */
  isChunked: boolean;
  /** In one request; less than configured if it has refused one as too large. */
  mostBytes: number;
  /** It has answered once: from then on what breaks may be an instance's fault. */
  speaksHttp: boolean;
}

interface SenderParts {
  readonly connection: WebConnection;
  readonly habits: Habits;
  readonly limits: readonly Bandwidth[];
}

class StowSender implements Sender {
  readonly #server: WebServer;
  readonly #spool: Spool;
  readonly #connection: WebConnection;
  readonly #habits: Habits;
  readonly #limits: readonly Bandwidth[];
  readonly #aborting = new AbortController();
  #isUsable = true;

  constructor(server: WebServer, spool: Spool, { connection, habits, limits }: SenderParts) {
    this.#limits = limits;
    this.#server = server;
    this.#spool = spool;
    this.#connection = connection;
    this.#habits = habits;
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  get room(): Room {
    return { instances: this.#server.room.instances, bytes: this.#habits.mostBytes };
  }

  /** A request carries whatever there is. */
  carries(): boolean {
    return true;
  }

  async *send(batch: Batch): AsyncGenerator<readonly Tried[], void, void> {
    await using parts = await SpooledParts.open(this.#spool, batch);
    if (parts.unreadable.length > 0) yield parts.unreadable;
    const waiting: (readonly SpooledPart[])[] = parts.ready.length === 0 ? [] : [parts.ready];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { tried, again } = await this.#stow(next);
      waiting.unshift(...again);
      if (tried.length > 0) yield tried;
      if (!this.#isUsable) return;
    }
  }

  async close(): Promise<void> {
    this.abort();
  }

  abort(): void {
    this.#isUsable = false;
    this.#connection.abort();
    this.#aborting.abort();
  }

  async #stow(parts: readonly SpooledPart[]): Promise<Stowed> {
    const isChunked = this.#habits.isChunked;
    const first = await this.#post(parts, isChunked);
    // A server closes what rests when it likes; what was on its way then goes over a new connection.
    const isStale = first.kind === "broken" && first.isStale;
    const exchanged = isStale ? await this.#post(parts, isChunked) : first;
    switch (exchanged.kind) {
      case "answered":
        return this.#judge(parts, exchanged.reply, isChunked);
      case "broken":
        return this.#broken(parts, exchanged.trouble);
      case "unreadable": {
        this.abort();
        const part = parts[exchanged.error.index];
        return {
          tried: part === undefined ? [] : [unread(part.item, exchanged.error.cause)],
          again: [],
        };
      }
    }
  }

  #post(parts: readonly SpooledPart[], isChunked: boolean): Promise<Exchanged> {
    const { contentType, length, blocks } = multipartOf(
      parts.map(({ data }) => data),
      randomUUID().replaceAll("-", ""),
    );
    const headers = {
      Accept: accept,
      "Content-Type": contentType,
      ...(isChunked ? {} : { "Content-Length": String(length) }),
    };
    return this.#connection.exchange({
      method: "POST",
      path: "studies",
      headers,
      blocks: this.#paced(blocks()),
    });
  }

  #paced(blocks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    if (this.#limits.length === 0) return blocks;
    return paced(blocks, (bytes) => pass(this.#limits, bytes, this.#aborting.signal));
  }

  #judge(parts: readonly SpooledPart[], reply: WebReply, isChunked: boolean): Stowed {
    this.#habits.speaksHttp = true;
    if (reply.status === lengthRequired && isChunked) {
      this.#habits.isChunked = false;
      return { tried: [], again: [parts] };
    }
    if (reply.status === tooLarge) this.#learnSize(parts);
    const told = {
      status: reply.status,
      waitMs: waitOf(reply.retryAfter, Date.now()),
      answer: readStowAnswer(reply.body),
    };
    const tried: Tried[] = [];
    const unsettled: SpooledPart[] = [];
    for (const part of parts) {
      const verdict = judgeStow(told, part.item.instance.sopInstance, parts.length === 1);
      if (verdict.kind === "unsettled") unsettled.push(part);
      else tried.push({ item: part.item, verdict });
    }
    return { tried, again: partsOf(unsettled, parts.length) };
  }

  #broken(parts: readonly SpooledPart[], trouble: PeerTrouble): Stowed {
    this.abort();
    // Until it has answered once it may be anything that listens there.
    const why = judgeTrouble(trouble, this.#habits.speaksHttp);
    const verdict: Verdict = { kind: "failed", failure: why };
    return { tried: parts.map(({ item }) => ({ item, verdict })), again: [] };
  }

  #learnSize(parts: readonly SpooledPart[]): void {
    if (parts.length === 1) return;
    const bytes = parts.reduce((sum, { data }) => sum + data.size, 0);
    this.#habits.mostBytes = Math.min(this.#habits.mostBytes, Math.ceil(bytes / 2));
  }
}

const lengthRequired = 411;
const tooLarge = 413;

/** What became of some, and those that are to be sent again, request by request. */
interface Stowed {
  readonly tried: readonly Tried[];
  readonly again: readonly (readonly SpooledPart[])[];
}

const unread = (item: Item, error: unknown): Tried => ({
  item,
  verdict: { kind: "failed", failure: localFailure(error) },
});
