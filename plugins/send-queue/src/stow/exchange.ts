import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { brokenConnection } from "../dicom/connect.ts";
import { PeerError, type PeerTrouble, type Phase } from "../dicom/peer-error.ts";
import { PartUnreadable } from "./multipart.ts";

/** Milliseconds. */
export interface WebPatience {
  /** Until the connection stands, TLS included. */
  readonly connectMs: number;
  /** Without a byte that the server takes. A slow server that gets on is none. */
  readonly progressMs: number;
  /** From the end of the request to the end of the answer: archives take their time to commit. */
  readonly responseMs: number;
}

/** What a server answered. Its words may name a patient. */
export interface WebReply {
  readonly status: number;
  /** The header, as it was written; null: there is none. */
  readonly retryAfter: string | null;
  /** Null: it is longer than anybody reads. */
  readonly body: Buffer | null;
}

/** What became of a request. */
export type Exchanged =
  | { readonly kind: "answered"; readonly reply: WebReply }
  /** `isStale`: on a connection that had rested, and that the server may have closed meanwhile. */
  | { readonly kind: "broken"; readonly trouble: PeerTrouble; readonly isStale: boolean }
  /** A file of ours; half a request cannot be taken back, so the connection is gone. */
  | { readonly kind: "unreadable"; readonly error: PartUnreadable };

/** Longest answer that is read, in bytes: of a hundred instances it is a few ten thousand. */
const maxReplyBytes = 4_194_304;

/** One request on its way. Each is used once. */
export class Exchange {
  readonly #request: ClientRequest;
  readonly #patience: WebPatience;
  readonly #answer = Promise.withResolvers<IncomingMessage>();
  #stage: "connecting" | "securing" | "connected" = "connecting";
  /** It was answered, or has failed: nobody wants the rest of the body. */
  #isSettled = false;
  #wake: () => void = () => {};
  #timer: NodeJS.Timeout | null = null;
  /** Why we have ended it; whoever reads the answer hears only that it broke off. */
  #end: PeerError | null = null;

  constructor(request: ClientRequest, patience: WebPatience) {
    this.#request = request;
    this.#patience = patience;
    this.#answer.promise.catch(() => {});
    this.#watch("connect", patience.connectMs);
    request.once("socket", (socket) => this.#follow(socket));
    request.once("response", (message) => {
      this.#answer.resolve(message);
      this.#settle();
    });
    request.on("error", (error) => {
      this.#answer.reject(error);
      this.#settle();
    });
    request.on("drain", () => this.#wake());
    request.on("timeout", () => this.#endSilent("progress", patience.progressMs));
    request.once("finish", () => {
      // All of it is with the system: from now on it is the server's turn.
      request.setTimeout(0);
      this.#watch("response", patience.responseMs);
    });
  }

  /** Sends the body, if there is one, and reads the answer. Never throws. */
  async run(blocks: AsyncIterable<Buffer> | null): Promise<Exchanged> {
    try {
      await this.#write(blocks);
      const reply = await this.#read(await this.#answer.promise);
      // What comes before the end of a request leaves the rest of it unsent.
      if (!this.#request.writableFinished) this.#request.destroy();
      return { kind: "answered", reply };
    } catch (error) {
      this.#request.destroy();
      return error instanceof PartUnreadable ? { kind: "unreadable", error } : this.#broken(error);
    } finally {
      this.#unwatch();
    }
  }

  /** Ends it at once. */
  abort(): void {
    this.#destroy({ kind: "ended" });
  }

  async #write(blocks: AsyncIterable<Buffer> | null): Promise<void> {
    for await (const block of blocks ?? []) {
      if (this.#isSettled) return;
      if (!this.#request.write(block)) await this.#moved();
    }
    if (this.#isSettled) return;
    this.#request.setTimeout(this.#patience.progressMs);
    this.#request.end();
  }

  /** Resolves when the system has taken what was written, or when there is no more need to write. */
  async #moved(): Promise<void> {
    if (this.#isSettled) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    // Not before: while nothing waits to be taken, whoever makes the blocks may take his time.
    this.#request.setTimeout(this.#patience.progressMs);
    await promise;
    this.#request.setTimeout(0);
  }

  #settle(): void {
    this.#isSettled = true;
    this.#wake();
  }

  async #read(message: IncomingMessage): Promise<WebReply> {
    this.#watch("response", this.#patience.responseMs);
    const status = message.statusCode ?? 0;
    const retryAfter = message.headers["retry-after"] ?? null;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of message as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Leaving the loop ends the connection.
      if (size > maxReplyBytes) return { status, retryAfter, body: null };
      chunks.push(chunk);
    }
    return { status, retryAfter, body: Buffer.concat(chunks) };
  }

  #follow(socket: Socket): void {
    if (this.#request.reusedSocket) {
      this.#connected();
      return;
    }
    const isTls = socket instanceof TLSSocket;
    socket.once("connect", () => {
      if (isTls) this.#stage = "securing";
      else this.#connected();
    });
    if (isTls) socket.once("secureConnect", () => this.#connected());
  }

  #connected(): void {
    this.#stage = "connected";
    // The answer to an empty request may be waited for already.
    if (this.#request.writableFinished) return;
    this.#unwatch();
  }

  #broken(error: unknown): Exchanged {
    const trouble = this.#troubleOf(error);
    const isStale = this.#request.reusedSocket && trouble.kind === "closed";
    return { kind: "broken", trouble, isStale };
  }

  #troubleOf(error: unknown): PeerTrouble {
    if (this.#end !== null) return this.#end.trouble;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code.startsWith("HPE_")) return { kind: "protocol", detail: "it does not speak HTTP here" };
    switch (this.#stage) {
      case "connecting":
        return { kind: "unreachable", code };
      case "securing":
        return { kind: "tls", code };
      case "connected":
        return brokenConnection(error);
    }
  }

  #watch(phase: Phase, afterMs: number): void {
    this.#unwatch();
    this.#timer = setTimeout(() => this.#endSilent(phase, afterMs), afterMs);
  }

  #unwatch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #endSilent(phase: Phase, afterMs: number): void {
    this.#destroy({ kind: "silent", phase, afterMs });
  }

  #destroy(trouble: PeerTrouble): void {
    this.#end ??= new PeerError(trouble);
    this.#request.destroy(this.#end);
  }
}
