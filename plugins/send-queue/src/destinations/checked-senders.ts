import type { Failure } from "../policy/failure.ts";
import type { Item } from "../queue/item.ts";
import type { Spool } from "../spool/spool.ts";
import { localFailure } from "./local-failure.ts";
import type { Sender, SenderFactory, Tried } from "./sender.ts";

/**
 * Looks at the file of an instance before a way is opened for it: over one that cannot be sent no peer is
 * bothered. Where a way stands already its sender looks, before it writes the first byte.
 */
export class CheckedSenders implements SenderFactory {
  readonly #senders: SenderFactory;
  readonly #spool: Spool;

  constructor(senders: SenderFactory, spool: Spool) {
    this.#senders = senders;
    this.#spool = spool;
  }

  async open(items: readonly Item[]): Promise<Sender> {
    const [first] = items;
    const why = first === undefined ? null : await this.#troubleWith(first);
    return first !== undefined && why !== null
      ? new Refusal(first, why)
      : this.#senders.open(items);
  }

  probe(signal?: AbortSignal): Promise<void> {
    return this.#senders.probe(signal);
  }

  async #troubleWith({ instance }: Item): Promise<Failure | null> {
    try {
      const file = await this.#spool.open(instance.hash);
      await file.close();
      return null;
    } catch (error) {
      return localFailure(error);
    }
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
