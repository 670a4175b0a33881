import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Conversation } from "./faulty-conversation.ts";

/** An instance that has come completely. */
export interface Arrived {
  /** Of all that came, and of those on its association; from 0. */
  readonly number: number;
  readonly numberHere: number;
  readonly association: number;
  readonly messageId: number;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** Of its data set. */
  readonly size: number;
  /** Empty if the peer does not keep them. */
  readonly bytes: Buffer;
}

/** The wire to the sender, for whoever wants to spoil something. */
export interface Wire {
  readonly socket: Socket;
  /** Which association of this peer it is, from 0. */
  readonly association: number;
  abort(): void;
  /** The connection ends as if the process had been killed. */
  reset(): void;
}

/** How a peer behaves; what is left out is as it should be. */
export interface Behaviour {
  /** Longest data unit it says that it takes. Default 16,384. */
  readonly maxPduLength?: number;
  /** Default true. False: only their sizes are known. */
  readonly keepsBytes?: boolean;
  /** What it does when an association is asked for; true: that is all it does. */
  readonly greet?: (wire: Wire) => boolean;
  /** Its answer to a presentation context; 0 accepts. */
  readonly judgeContext?: (abstractSyntax: string, transferSyntax: string) => number;
  /** How long it does nothing after each chunk that it reads, in milliseconds. Default 0. */
  readonly chunkMs?: number;
  /** When the first bytes of an instance have come. */
  readonly begin?: (sopInstance: string, wire: Wire) => void;
  /** The status for an instance; null: it says nothing. */
  readonly answer?: (arrived: Arrived, wire: Wire) => number | null | Promise<number | null>;
  /** After what was said to an instance. */
  readonly after?: (arrived: Arrived, wire: Wire) => void;
}

/** A storage peer in this process that does wrong what it is told to, and counts. */
export class FaultyPeer implements AsyncDisposable {
  /** What it answered 0000 to, in the order that it came. */
  readonly stored: Arrived[] = [];
  /** Associations that were asked for, that are open, and the most that were at a time. */
  associations = 0;
  open = 0;
  mostOpen = 0;
  arrived = 0;
  echoes = 0;
  /** Of the data units that came; bytes, without its head. */
  longestUnit = 0;
  /** May be changed at any time. */
  behaviour: Behaviour;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(behaviour: Behaviour) {
    this.behaviour = behaviour;
    this.#server = createServer({ noDelay: true }, (socket) => this.#answer(socket));
  }

  /** `port` 0: any that is free. */
  static async listen(behaviour: Behaviour = {}, port = 0): Promise<FaultyPeer> {
    const peer = new FaultyPeer(behaviour);
    peer.#server.listen(port, "127.0.0.1");
    await once(peer.#server, "listening");
    return peer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How often each instance was stored. */
  get counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { sopInstance } of this.stored) {
      counts.set(sopInstance, (counts.get(sopInstance) ?? 0) + 1);
    }
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #answer(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    const association = this.associations;
    this.associations += 1;
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    const wire: Wire = {
      socket,
      association,
      abort: () => void socket.end(Buffer.from([7, 0, 0, 0, 0, 4, 0, 0, 2, 1])),
      reset: () => void socket.resetAndDestroy(),
    };
    let isOpen = true;
    const end = (): void => {
      if (isOpen) this.open -= 1;
      isOpen = false;
    };
    socket.on("close", end);
    new Conversation(this, wire, end).listen();
  }
}
