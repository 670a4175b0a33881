import { randomUUID } from "node:crypto";
import type { PeerTrouble } from "../dicom/peer-error.ts";
import type { Verdict } from "../policy/failure.ts";
import { waitOf } from "../policy/http-status.ts";
import { judgeTrouble } from "../policy/peer-trouble.ts";
import { judgeStow, partsOf } from "../policy/stow-verdict.ts";
import type { Item } from "../queue/item.ts";
import type { WebServer } from "../settings/settings.ts";
import type { Spool } from "../spool/spool.ts";
import type { Exchanged, WebReply } from "../stow/exchange.ts";
import { multipartOf } from "../stow/multipart.ts";
import { readStowAnswer } from "../stow/stow-answer.ts";
import type { WebConnection } from "../stow/web-connection.ts";
import { pass, type Bandwidth } from "./bandwidth.ts";
import type { Batch, Room } from "./batch.ts";
import { confirmed, type OnlyVersion } from "./confirmation.ts";
import { DestinationFailed } from "./destination-failed.ts";
import { localFailure } from "./local-failure.ts";
import type { Sender, SenderFactory, Tried } from "./sender.ts";
import { accept, StowPeer } from "./stow-peer.ts";
import { SpooledParts, type SpooledPart } from "./spooled-parts.ts";

/** Opens connections to a DICOMweb server. */
export class StowSenders implements SenderFactory {
  readonly #peer: StowPeer;
  readonly #spool: Spool;
  readonly #limits: readonly Bandwidth[];
  readonly #isOnlyVersion: OnlyVersion;

  /** `limits`: of this destination, and of all together. */
  constructor(
    server: WebServer,
    spool: Spool,
    limits: readonly Bandwidth[] = [],
    isOnlyVersion: OnlyVersion = async (): Promise<boolean> => false,
  ) {
    this.#peer = new StowPeer(server);
    this.#spool = spool;
    this.#limits = limits;
    this.#isOnlyVersion = isOnlyVersion;
  }

  /** The connection is made with the first request. */
  async open(): Promise<Sender> {
    const sender = new StowSender(this.#peer, this.#spool, this.#limits);
    if (this.#peer.server.isConfirmed) sender.isOnlyVersion = this.#isOnlyVersion;
    return sender;
  }

  async probe(signal?: AbortSignal): Promise<void> {
    const connection = this.#peer.connectToAsk();
    const end = (): void => connection.abort();
    signal?.addEventListener("abort", end, { once: true });
    const why = await this.#peer.ask(connection);
    signal?.removeEventListener("abort", end);
    if (why !== null) throw new DestinationFailed(why);
  }
}

class StowSender implements Sender {
  readonly #peer: StowPeer;
  readonly #spool: Spool;
  readonly #limits: readonly Bandwidth[];
  readonly #connection: WebConnection;
  /** Over which it is asked whether it is there, when the other has broken. */
  readonly #asking: WebConnection;
  readonly #aborting = new AbortController();
  /** Null: what an answer says is all there is to know. */
  isOnlyVersion: OnlyVersion | null = null;

  constructor(peer: StowPeer, spool: Spool, limits: readonly Bandwidth[]) {
    this.#peer = peer;
    this.#spool = spool;
    this.#limits = limits;
    this.#connection = peer.connect();
    this.#asking = peer.connectToAsk();
  }

  get isUsable(): boolean {
    return !this.#aborting.signal.aborted;
  }

  get room(): Room {
    return { instances: this.#peer.server.room.instances, bytes: this.#peer.mostBytes };
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
      if (!this.isUsable) return;
    }
  }

  async close(): Promise<void> {
    this.abort();
  }

  abort(): void {
    this.#connection.abort();
    this.#asking.abort();
    // What waits for the bandwidth waits in vain.
    this.#aborting.abort();
  }

  async #stow(parts: readonly SpooledPart[]): Promise<Stowed> {
    const isChunked = this.#peer.isChunked;
    const first = await this.#post(parts, isChunked);
    // A server closes what rests when it likes; what was on its way then goes over a new connection.
    const isStale = first.kind === "broken" && first.isStale;
    const exchanged = isStale ? await this.#post(parts, isChunked) : first;
    switch (exchanged.kind) {
      case "answered":
        return this.#confirmed(this.#judge(parts, exchanged.reply, isChunked));
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

  async *#paced(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    for await (const block of blocks) {
      await pass(this.#limits, block.length, this.#aborting.signal);
      yield block;
    }
  }

  async #confirmed({ tried, again }: Stowed): Promise<Stowed> {
    const { isOnlyVersion } = this;
    if (isOnlyVersion === null) return { tried, again };
    return { tried: await confirmed(tried, this.#asking, isOnlyVersion), again };
  }

  #judge(parts: readonly SpooledPart[], reply: WebReply, isChunked: boolean): Stowed {
    this.#peer.speaksHttp = true;
    if (reply.status === lengthRequired && isChunked) {
      this.#peer.isChunked = false;
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

  async #broken(parts: readonly SpooledPart[], trouble: PeerTrouble): Promise<Stowed> {
    // A server may refuse us, or go away, in the middle of an instance that has nothing to do with it.
    const isBlamed = this.#peer.speaksHttp && trouble.kind === "closed";
    const other = isBlamed ? await this.#peer.ask(this.#asking) : null;
    this.abort();
    // Until it has answered once it may be anything that listens there.
    const why = other ?? judgeTrouble(trouble, this.#peer.speaksHttp);
    const verdict: Verdict = { kind: "failed", failure: why };
    return { tried: parts.map(({ item }) => ({ item, verdict })), again: [] };
  }

  #learnSize(parts: readonly SpooledPart[]): void {
    if (parts.length === 1) return;
    const bytes = parts.reduce((sum, { data }) => sum + data.size, 0);
    this.#peer.mostBytes = Math.min(this.#peer.mostBytes, Math.ceil(bytes / 2));
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
