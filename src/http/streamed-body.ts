import type { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { JobEngineError } from "../core/errors.ts";
import type { Limits } from "./doors/limits.ts";
import { httpRefusal, type Refusal } from "./error-body.ts";

/**
 * What a client still sends when the handler has answered is read and dropped, so that it gets to read
 * the answer: up to so many bytes, and for so long (milliseconds). Then its connection ends with it.
 */
const maxDropped = 16_777_216;
const dropMs = 5_000;

/** Connections on which a body is being streamed. */
const streaming = new WeakSet<Socket>();

/** Whether the time of what comes on a connection is measured here, and not from its beginning. */
export const isStreaming = (socket: Socket): boolean => streaming.has(socket);

/** Why a body does not come to its end: what its reader is thrown, and what its client is told. */
interface Failure {
  readonly error: Error;
  readonly refusal: Refusal;
}

/**
 * The body of a request, as it arrives and as it is asked for: nothing is read ahead but what the
 * system has. One reader, that asks for one chunk at a time. Each `bodyBytes` of the limits, and the end, must come
 * within `requestTimeoutMs`; the time in which nobody asks is not the client's.
 */
export class StreamedBody
  implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined>
{
  readonly #request: IncomingMessage;
  readonly #limits: Limits;
  readonly #maxBytes: number | null;
  readonly #wakeUp = (): void => this.#wake?.();
  #wake: (() => void) | null = null;
  #failure: Failure | null = null;
  /** All of it has been read. */
  #isEnded = false;
  /** The request is answered. */
  #isOver = false;
  #taken = 0;
  /** Since the time was set anew. */
  #arrived = 0;
  #leftMs: number;

  /** `maxBytes` null: it may be of any size. */
  constructor(request: IncomingMessage, maxBytes: number | null, limits: Limits) {
    this.#request = request;
    this.#limits = limits;
    this.#maxBytes = maxBytes;
    this.#leftMs = limits.requestTimeoutMs;
    streaming.add(request.socket);
    request.on("readable", this.#wakeUp);
    // What is wrong is told by "close", which comes after it.
    request.on("error", ignore);
    request.once("end", () => {
      this.#isEnded = true;
      streaming.delete(request.socket);
      this.#wakeUp();
    });
    request.once("close", () => {
      if (!this.#isEnded) this.#fail(gone);
    });
    // Its client may have left before anybody listened.
    if (request.destroyed) this.#fail(gone);
  }

  /** What the client is told if the handler could not go on without the rest; null: it has come so far. */
  get refusal(): Refusal | null {
    return this.#failure?.refusal ?? null;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      if (this.#isOver)
        throw new Error("the request is answered: its body cannot be read any more");
      if (this.#failure !== null) throw this.#failure.error;
      const chunk = this.#request.read() as Buffer | null;
      if (chunk !== null) return { done: false, value: this.#counted(chunk) };
      if (this.#isEnded) return { done: true, value: undefined };
      await this.#more();
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    return { done: true, value: undefined };
  }

  /**
   * The handler is done with it, whatever it has taken; resolves when the answer may be sent. Where that ends
   * the connection, a client that is still sending would not get it: there it is sent after the rest has come.
   */
  async leave(response: ServerResponse): Promise<void> {
    this.#isOver = true;
    this.#wakeUp();
    if (this.#isEnded || this.#request.destroyed) return;
    const dropped = this.#drop();
    response.once("finish", () => void dropped.then(() => this.#hangUp()));
    if (!response.shouldKeepAlive && this.#failure?.refusal.status !== 408) await dropped;
  }

  #counted(chunk: Buffer): Buffer {
    this.#taken += chunk.length;
    const most = this.#maxBytes;
    if (most !== null && this.#taken > most) {
      const failure = tooLarge(most);
      this.#fail(failure);
      throw failure.error;
    }
    this.#arrived += chunk.length;
    if (this.#arrived >= this.#limits.bodyBytes) {
      this.#arrived = 0;
      this.#leftMs = this.#limits.requestTimeoutMs;
    }
    return chunk;
  }

  /** Resolves when there is something to read, or nothing will come any more. */
  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const since = performance.now();
    const timer = setTimeout(() => this.#fail(tooSlow(this.#limits)), this.#leftMs);
    await promise;
    clearTimeout(timer);
    this.#wake = null;
    this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - since));
  }

  #fail(failure: Failure): void {
    this.#failure ??= failure;
    this.#wakeUp();
  }

  /** Resolves when nothing more is read: all has come, or too much. */
  async #drop(): Promise<void> {
    const request = this.#request;
    const { promise, resolve } = Promise.withResolvers<void>();
    let dropped = 0;
    const timer = setTimeout(resolve, dropMs);
    request.once("close", resolve);
    request.once("end", resolve);
    request.off("readable", this.#wakeUp);
    request.on("data", (chunk: Buffer) => {
      dropped += chunk.length;
      if (dropped > maxDropped) resolve();
    });
    request.resume();
    await promise;
    clearTimeout(timer);
    request.pause();
  }

  /** It has its answer, and would send on. A request of this process has no connection. */
  #hangUp(): void {
    const { socket } = this.#request;
    if (!this.#isEnded && socket instanceof Socket) socket.destroy();
  }
}

/** The length that is announced is more than is taken: nothing need be read. */
export function refusedLength(request: IncomingMessage, maxBytes: number | null): Refusal | null {
  const announced = Number(request.headers["content-length"] ?? 0);
  return maxBytes !== null && announced > maxBytes ? tooLarge(maxBytes).refusal : null;
}

function tooLarge(maxBytes: number): Failure {
  const sentence = `The body is larger than ${maxBytes} bytes; send less.`;
  return { error: new JobEngineError("TOO_LARGE", sentence), refusal: httpRefusal(413, sentence) };
}

function tooSlow({ bodyBytes, requestTimeoutMs }: Limits): Failure {
  const pace = `each ${bodyBytes} bytes of it, and its end, within ${requestTimeoutMs / 1_000} s`;
  const sentence = `The body did not arrive in time: ${pace}.`;
  return { error: new JobEngineError("TIMED_OUT", sentence), refusal: httpRefusal(408, sentence) };
}

const gone: Failure = {
  error: Object.assign(new Error("The client went away before the end of the body."), {
    name: "AbortError",
  }),
  refusal: httpRefusal(400, "The body has not come to its end."),
};

function ignore(): void {}
