import type { Failure } from "../policy/failure.ts";
import type { Item } from "../queue/item.ts";
import type { SendingPolicy } from "../settings/sending-policy.ts";
import type { Spool } from "../spool/spool.ts";
import type { Batch, Room } from "./batch.ts";
import { localFailure, structureFailure } from "./local-failure.ts";
import type { Sender, SenderFactory, Tried } from "./sender.ts";

/**
 * Looks at the file of an instance before a way is opened for it: over one that cannot be sent no peer is
 * bothered. Where a way stands already its sender looks, before it writes the first byte; but that a file is cut
 * off is known since it came in, and such a one goes over no way of a destination that checks it.
 */
export class CheckedSenders implements SenderFactory {
  readonly #senders: SenderFactory;
  readonly #spool: Spool;
  readonly #isStructureChecked: boolean;

  constructor(
    senders: SenderFactory,
    spool: Spool,
    { isStructureChecked }: Pick<SendingPolicy, "isStructureChecked">,
  ) {
    this.#senders = senders;
    this.#spool = spool;
    this.#isStructureChecked = isStructureChecked;
  }

  async open(items: readonly Item[]): Promise<Sender> {
    const [first] = items;
    const why = first === undefined ? null : await this.#troubleWith(first);
    if (first !== undefined && why !== null) return new Refusal(first, why);
    const sender = await this.#senders.open(items);
    return this.#isStructureChecked ? new WholeSender(sender) : sender;
  }

  probe(signal?: AbortSignal): Promise<void> {
    return this.#senders.probe(signal);
  }

  async #troubleWith({ instance }: Item): Promise<Failure | null> {
    if (this.#isStructureChecked && instance.isCut === true) return structureFailure;
    try {
      const file = await this.#spool.open(instance.hash);
      await file.close();
      return null;
    } catch (error) {
      return localFailure(error);
    }
  }
}

/** A way for whatever is whole. */
class WholeSender implements Sender {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  get isUsable(): boolean {
    return this.#sender.isUsable;
  }

  get room(): Room {
    return this.#sender.room;
  }

  carries(item: Item): boolean {
    return item.instance.isCut !== true && this.#sender.carries(item);
  }

  send(batch: Batch): ReturnType<Sender["send"]> {
    return this.#sender.send(batch);
  }

  close(): Promise<void> {
    return this.#sender.close();
  }

  abort(): void {
    this.#sender.abort();
  }
}

/** In the place of a way, for one instance that cannot be sent. */
class Refusal implements Sender {
  readonly room = { instances: 1, bytes: Infinity };
  readonly #item: Item;
  readonly #why: Failure;
  #isUsed = false;

  constructor(item: Item, why: Failure) {
    this.#item = item;
    this.#why = why;
  }

  get isUsable(): boolean {
    return !this.#isUsed;
  }

  carries({ id }: Item): boolean {
    return id === this.#item.id;
  }

  async *send(): AsyncGenerator<readonly Tried[], void, void> {
    this.#isUsed = true;
    yield [{ item: this.#item, verdict: { kind: "failed", failure: this.#why } }];
  }

  async close(): Promise<void> {}

  abort(): void {}
}
