import { ReceivingPeer } from "./receiving-peer.ts";
import { RoutedQueue } from "./routed-queue.ts";

/** A queue whose only destination, `pacs`, takes nothing to its end before it is let go. */
export class HeldQueue implements AsyncDisposable {
  readonly peer: ReceivingPeer;
  readonly queue: RoutedQueue;
  /** How many instances have begun to come. */
  begun = 0;
  readonly #gate = Promise.withResolvers<void>();

  private constructor(peer: ReceivingPeer, queue: RoutedQueue) {
    this.peer = peer;
    this.queue = queue;
    const receive = peer.receive.bind(peer);
    peer.receive = async (message) => {
      this.begun += 1;
      await this.#gate.promise;
      return receive(message);
    };
  }

  static async open(): Promise<HeldQueue> {
    const peer = await ReceivingPeer.listen();
    return new HeldQueue(peer, await RoutedQueue.open({ peers: { pacs: peer.port } }));
  }

  /** From now on all is taken. */
  letGo(): void {
    this.#gate.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    await this.queue[Symbol.asyncDispose]();
    await this.peer[Symbol.asyncDispose]();
  }
}
