import type { Item } from "../queue/item.ts";
import type { Batch, Room } from "./batch.ts";
import type { Sender, SenderFactory } from "./sender.ts";

/** An association is renewed after so long, in milliseconds: some peers leak what is never closed. */
export const maxAssociationMs = 600_000;

/** Senders that want to be renewed after some instances, or some time. */
export class RenewedSenders implements SenderFactory {
  readonly #senders: SenderFactory;
  readonly #maxInstances: number;
  readonly #now: () => number;

  /** `now`: milliseconds of a clock that only goes on. */
  constructor(
    senders: SenderFactory,
    maxInstances: number,
    now: () => number = (): number => performance.now(),
  ) {
    this.#senders = senders;
    this.#maxInstances = maxInstances;
    this.#now = now;
  }

  async open(items: readonly Item[]): Promise<Sender> {
    const limits = { maxInstances: this.#maxInstances, now: this.#now };
    return new RenewedSender(await this.#senders.open(items), limits);
  }

  probe(signal?: AbortSignal): Promise<void> {
    return this.#senders.probe(signal);
  }
}

interface Limits {
  readonly maxInstances: number;
  readonly now: () => number;
}

class RenewedSender implements Sender {
  readonly #sender: Sender;
  readonly #limits: Limits;
  readonly #openedAt: number;
  #count = 0;

  constructor(sender: Sender, limits: Limits) {
    this.#sender = sender;
    this.#limits = limits;
    this.#openedAt = limits.now();
  }

  get isUsable(): boolean {
    const { maxInstances, now } = this.#limits;
    const isOld = now() - this.#openedAt >= maxAssociationMs;
    return this.#count < maxInstances && !isOld && this.#sender.isUsable;
  }

  carries(item: Item): boolean {
    return this.#sender.carries(item);
  }

  get room(): Room {
    const { room } = this.#sender;
    const left = Math.max(1, this.#limits.maxInstances - this.#count);
    return { ...room, instances: Math.min(room.instances, left) };
  }

  send(batch: Batch): ReturnType<Sender["send"]> {
    this.#count += batch.length;
    return this.#sender.send(batch);
  }

  close(): Promise<void> {
    return this.#sender.close();
  }

  abort(): void {
    this.#sender.abort();
  }
}
