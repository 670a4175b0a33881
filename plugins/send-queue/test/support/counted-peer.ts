import { ReceivingPeer } from "./receiving-peer.ts";

/** A peer, what it has kept, and somebody who waits until it has so many more. */
export class CountedPeer implements AsyncDisposable {
  readonly peer: ReceivingPeer;
  readonly kept = new Set<string>();
  refused = 0;
  #awaited = { after: Infinity, reached: (): void => {} };

  private constructor(peer: ReceivingPeer, isBad: (number: number) => boolean) {
    this.peer = peer;
    peer.answer = ({ sopInstance }, number) => {
      if (peer.received.length >= this.#awaited.after) this.#awaited.reached();
      if (isBad(number)) {
        this.refused += 1;
        return 0x0110;
      }
      this.kept.add(sopInstance);
      return 0;
    };
  }

  static async listen(isBad: (number: number) => boolean): Promise<CountedPeer> {
    return new CountedPeer(await ReceivingPeer.listen(), isBad);
  }

  more(instances: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { after: this.peer.received.length + instances, reached: resolve };
    return promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.peer[Symbol.asyncDispose]();
  }
}
