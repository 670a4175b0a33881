import { Acceptor, type AcceptorOptions } from "../../src/dicom/acceptor.ts";
import type { ProposedContext, Rejection } from "../../src/dicom/pdu.ts";
import type { Caller, Message, Reception, Service } from "../../src/dicom/service.ts";

export interface Received {
  readonly message: Message;
  readonly bytes: Buffer;
}

/** A peer that keeps what it gets in memory, and answers as it is told. */
export class ReceivingPeer implements Service, AsyncDisposable {
  readonly received: Received[] = [];
  readonly discarded: Message[] = [];
  readonly troubles: unknown[] = [];
  /** What it answers to the nth instance that comes, from 0. */
  answer: (message: Message, count: number) => number = () => 0;
  rejection: Rejection | null = null;
  accepts: (context: ProposedContext) => string | null = ({ transferSyntaxes }) =>
    transferSyntaxes[0] ?? null;
  #acceptor: Acceptor | null = null;

  static async listen(options: Partial<AcceptorOptions> = {}): Promise<ReceivingPeer> {
    const peer = new ReceivingPeer();
    peer.#acceptor = await Acceptor.listen(peer, {
      address: "127.0.0.1",
      port: 0,
      tls: null,
      maxAssociations: 10,
      idleMs: 60_000,
      onTrouble: (_caller, error) => peer.troubles.push(error),
      ...options,
    });
    return peer;
  }

  get port(): number {
    return this.#acceptor?.port ?? 0;
  }

  admit(_caller: Caller): Rejection | null {
    return this.rejection;
  }

  negotiate(context: ProposedContext): string | null {
    return this.accepts(context);
  }

  async receive(message: Message): Promise<Reception> {
    const parts: Buffer[] = [];
    return {
      write: async (bytes) => void parts.push(Buffer.from(bytes)),
      finish: async () => {
        this.received.push({ message, bytes: Buffer.concat(parts) });
        return this.answer(message, this.received.length - 1);
      },
      discard: async () => void this.discarded.push(message),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#acceptor?.close();
  }
}
