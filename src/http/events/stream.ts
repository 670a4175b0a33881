import { Socket } from "node:net";
import type { ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock, Timer } from "../../ports/clock.ts";
import { admissionOf } from "../doors/admissions.ts";

/** A client that is so far behind is left: it comes back and goes on by its id. Bytes. */
const maxBehindBytes = 1_048_576;

/** So often something is sent even if nothing happens, so that nobody on the way takes it for dead; milliseconds. */
const heartbeatMs = 15_000;

/** So long a client waits before it comes back; milliseconds. */
const comeBackMs = 2_000;

/** A client that has no more than this to read is sent the next; bytes. */
const comfortBytes = 65_536;

/** A client has this time to read what it was sent, however slow it is; milliseconds. */
const patienceMs = 10_000;

/** A client that is sent events until it leaves, or the host does. */
export class Stream {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  /** Since when it is offered what it does not take; null: it takes what it is offered. */
  #heldSince: number | null = null;
  #missedBytes = 0;

  /** REQUIRES: the head is sent. */
  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  /** Sends, whatever else is not read yet. */
  send(events: string | Uint8Array): void {
    if (!this.isOpen) return;
    if (this.#response.writableLength > maxBehindBytes) this.#response.destroy();
    else this.#response.write(events);
  }

  /**
   * Sends, unless the client has much to read yet. False: it was not sent. A client that reads slowly is
   * so told less often; one that is 1 MiB behind, and has not read what it was sent for 10 s, is left.
   */
  offer(events: Uint8Array): boolean {
    const unread = this.#response.writableLength;
    if (unread <= comfortBytes) {
      this.#heldSince = null;
      this.#missedBytes = 0;
      this.send(events);
      return true;
    }
    this.#missedBytes += events.byteLength;
    this.#heldSince ??= this.#clock.elapsed();
    const hasTime = this.#clock.elapsed() - this.#heldSince < patienceMs;
    if (!hasTime && unread + this.#missedBytes > maxBehindBytes) this.#response.destroy();
    return false;
  }

  /** Ends the answer as answers end. */
  end(): void {
    if (this.isOpen) this.#response.end();
  }
}

/** Every stream that is open. */
export class Streams {
  readonly #clock: Clock;
  readonly #open = new Set<Stream>();
  #heartbeat: Timer | null = null;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Begins a stream as the answer to a request. `join` puts it where it is told of what happens, and
   * answers how it leaves there: called once, when it has ended. After `close` it ends where it begins.
   */
  begin(reply: FastifyReply, join: (stream: Stream) => () => void): void {
    const { raw } = reply.hijack();
    // Whoever asked may have left already: then nothing will say so any more.
    if (raw.destroyed) return;
    raw.writeHead(200, { ...headersOf(reply), ...streamHeaders });
    const stream = new Stream(raw, this.#clock);
    stream.send(`retry: ${comeBackMs}\n\n`);
    if (this.#isClosed) return stream.end();
    this.#open.add(stream);
    this.#heartbeat ??= this.#clock.every(heartbeatMs, () => this.#beat());
    const leave = join(stream);
    // Whoever is let in no more comes back, and is told why not.
    const unwatch = admissionOf(reply.request)?.watch(() => stream.end());
    raw.once("close", () => {
      unwatch?.();
      this.#open.delete(stream);
      if (this.#open.size === 0) this.#rest();
      leave();
    });
    // Nobody else hears of a connection that broke; "close" follows.
    raw.on("error", () => {});
  }

  /** Ends all of them, and whichever begins from now on. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#open) stream.end();
    this.#rest();
  }

  #beat(): void {
    for (const stream of this.#open) stream.send(":\n\n");
  }

  #rest(): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
  }
}

const streamHeaders = {
  "cache-control": "no-store",
  "content-type": "text/event-stream; charset=utf-8",
  // Proxies (nginx) would keep events back until they have many.
  "x-accel-buffering": "no",
} as const;

/** The answer to HEAD: how the stream would begin. */
export function sendHead(reply: FastifyReply): FastifyReply {
  return reply.headers(streamHeaders).send();
}

/** What was set before; headers of no value are left out. */
function headersOf(reply: FastifyReply): Record<string, number | string | string[]> {
  const set = Object.entries(reply.getHeaders());
  return Object.fromEntries(
    set.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Whether the request came over a connection: one of this process would be answered when the stream ends. */
export const hasConnection = ({ raw }: FastifyRequest): boolean => raw.socket instanceof Socket;

/** Where a client wants to go on; null: it begins. */
export function lastEventId({ headers }: FastifyRequest): string | null {
  const id = [headers["last-event-id"] ?? ""].flat().join();
  return id === "" ? null : id;
}
