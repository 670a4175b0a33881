import { Association } from "../dicom/association.ts";
import { maxContexts, type ProposedContext } from "../dicom/pdu.ts";
import { PeerError } from "../dicom/peer-error.ts";
import type { StoreFrames } from "../dicom/store-frames.ts";
import type { Answer } from "../dicom/store-message.ts";
import { implicitLittleEndian, verification } from "../dicom/uids.ts";
import type { Failure, Verdict } from "../policy/failure.ts";
import { judgeContext, judgeTrouble } from "../policy/peer-trouble.ts";
import { judgeStatus } from "../policy/store-status.ts";
import type { Item, QueuedInstance } from "../queue/item.ts";
import type { Modality } from "../settings/settings.ts";
import type { Spool } from "../spool/spool.ts";
import { pass, type Bandwidth } from "./bandwidth.ts";
import type { Batch, Room } from "./batch.ts";
import { DestinationFailed } from "./destination-failed.ts";
import { fetchInstance, smallSize, type Fetched } from "./fetched.ts";
import { localFailure } from "./local-failure.ts";
import { QuickReads } from "./quick-reads.ts";
import type { Sender, SenderFactory, Tried } from "./sender.ts";

/** Opens associations with a modality. */
export class DicomSenders implements SenderFactory {
  readonly #modality: Modality;
  readonly #spool: Spool;
  readonly #limits: readonly Bandwidth[];
  readonly #reads: QuickReads;

  /** `limits`: of this destination, and of all together. */
  constructor(modality: Modality, spool: Spool, limits: readonly Bandwidth[] = []) {
    this.#modality = modality;
    this.#spool = spool;
    this.#reads = new QuickReads(spool);
    this.#limits = limits;
  }

  async open(items: readonly Item[]): Promise<Sender> {
    const contexts = contextsFor(items);
    const reads = this.#reads;
    const parts = { contexts, spool: this.#spool, reads, limits: this.#limits };
    return new DicomSender(await this.#associate(contexts), parts);
  }

  async probe(signal?: AbortSignal): Promise<void> {
    const contexts = [
      { id: 1, abstractSyntax: verification, transferSyntaxes: [implicitLittleEndian] },
    ];
    const association = await this.#associate(contexts, signal);
    try {
      // A peer that does not echo has accepted the association, which is as good.
      if (association.context(1)?.result === 0) await association.echo(1);
    } catch (error) {
      throw failedBy(error);
    } finally {
      await association.release();
    }
  }

  async #associate(
    contexts: readonly ProposedContext[],
    signal?: AbortSignal,
  ): Promise<Association> {
    const { aet, localAet, address, timeoutMs, patience } = this.#modality;
    try {
      return await Association.open({
        address,
        calledAet: aet,
        callingAet: localAet,
        contexts,
        patience: { ...patience, progressMs: timeoutMs },
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw failedBy(error);
    }
  }
}

function failedBy(error: unknown): unknown {
  return error instanceof PeerError
    ? new DestinationFailed(judgeTrouble(error.trouble, false))
    : error;
}

/** One context for each pair of class and syntax, as many as an association has. */
function contextsFor(items: readonly Item[]): readonly ProposedContext[] {
  const pairs = new Map(items.map(({ instance }) => [pairOf(instance), instance]));
  return [...pairs.values()].slice(0, maxContexts).map((instance, index) => ({
    id: 2 * index + 1,
    abstractSyntax: instance.sopClass,
    transferSyntaxes: [instance.transferSyntax],
  }));
}

const pairOf = ({ sopClass, transferSyntax }: QueuedInstance): string =>
  `${sopClass} ${transferSyntax}`;

/** Each message has an answer of its own; while one is sent the next is fetched. */
const severalAtHand: Room = { instances: 50, bytes: Number.POSITIVE_INFINITY };

interface SenderParts {
  readonly contexts: readonly ProposedContext[];
  readonly spool: Spool;
  readonly reads: QuickReads;
  readonly limits: readonly Bandwidth[];
}

/** An instance that is the next to go: laid out and read, or on its way out of the spool. */
type Ready =
  | { readonly kind: "frames"; readonly frames: StoreFrames }
  | { readonly kind: "fetching"; readonly fetching: Promise<Fetched> };

class DicomSender implements Sender {
  readonly room: Room = severalAtHand;
  readonly #association: Association;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #parts: SenderParts;
  readonly #aborting = new AbortController();
  /** The class and syntax that were looked for last, and their context: the next have the same. */
  #last: { readonly sopClass: string; readonly transferSyntax: string; readonly id: number | null };

  constructor(association: Association, parts: SenderParts) {
    this.#association = association;
    this.#parts = parts;
    this.#ids = new Map(
      parts.contexts.map(({ id, abstractSyntax, transferSyntaxes: [transferSyntax = ""] }) => [
        `${abstractSyntax} ${transferSyntax}`,
        id,
      ]),
    );
    this.#last = { sopClass: "", transferSyntax: "", id: null };
  }

  get isUsable(): boolean {
    return this.#association.isUsable;
  }

  carries({ instance }: Item): boolean {
    return this.#contextOf(instance) !== null;
  }

  async *send(batch: Batch): AsyncGenerator<readonly Tried[], void, void> {
    let next: Ready | null = this.#prepare(batch[0].instance);
    try {
      for (const [index, item] of batch.entries()) {
        const trying: Promise<Verdict> = this.#verdictOf(
          item,
          next ?? this.#prepare(item.instance),
        );
        // While the peer works on this one.
        const following = batch[index + 1];
        next = following === undefined ? null : this.#prepare(following.instance);
        yield [{ item, verdict: await trying }];
        // The rest has not been tried.
        if (!this.isUsable) return;
      }
    } finally {
      if (next?.kind === "fetching") void next.fetching.then((file) => file.close());
    }
  }

  close(): Promise<void> {
    return this.#association.release();
  }

  abort(): void {
    this.#association.abort();
    // What waits for the bandwidth waits in vain.
    this.#aborting.abort();
  }

  /** Null: it was not made for such instances. */
  #contextOf(instance: QueuedInstance): number | null {
    const { sopClass, transferSyntax } = instance;
    const { sopClass: lastClass, transferSyntax: lastSyntax } = this.#last;
    if (sopClass !== lastClass || transferSyntax !== lastSyntax) {
      const id = this.#ids.get(pairOf(instance)) ?? null;
      this.#last = { sopClass, transferSyntax, id };
    }
    return this.#last.id;
  }

  /** Never throws. */
  #prepare(instance: QueuedInstance): Ready {
    const frames = this.#framesOf(instance);
    if (frames !== null) return { kind: "frames", frames };
    return { kind: "fetching", fetching: fetchInstance(this.#parts.spool, instance) };
  }

  /** Null: it is large, goes out slowly, is not accepted, or cannot be read at once. */
  #framesOf(instance: QueuedInstance): StoreFrames | null {
    const { limits, reads } = this.#parts;
    const { sopClass, sopInstance, size } = instance;
    const contextId = this.#contextOf(instance) ?? 0;
    if (this.#resultOf(instance) !== 0 || limits.length > 0 || size > smallSize) return null;
    const frames = this.#association.layOut({ contextId, sopClass, sopInstance, size });
    return frames !== null && reads.fill(instance, frames.gaps) ? frames : null;
  }

  async #verdictOf({ instance }: Item, ready: Ready): Promise<Verdict> {
    try {
      const answer =
        ready.kind === "frames"
          ? await this.#association.storeFrames(ready.frames)
          : await this.#sendFetched(instance, ready.fetching);
      if (answer === null) return failed(judgeContext(this.#resultOf(instance)));
      const verdict = judgeStatus(answer.status);
      // More answers may follow one that makes no sense: they must not be taken for the next one's.
      if (verdict.kind === "failed" && verdict.failure.scope === "association") this.abort();
      return verdict;
    } catch (error) {
      if (error instanceof PeerError) return failed(judgeTrouble(error.trouble, true));
      return failed(localFailure(error));
    }
  }

  /** Null: the peer does not take such an instance. @throws {PeerError}; what reading throws */
  async #sendFetched(instance: QueuedInstance, fetching: Promise<Fetched>): Promise<Answer | null> {
    const fetched = await fetching;
    try {
      if (this.#resultOf(instance) !== 0) return null;
      return await this.#store(instance, fetched);
    } finally {
      fetched.close();
    }
  }

  /** What the peer said of such instances; null: nothing. */
  #resultOf(instance: QueuedInstance): number | null {
    return this.#association.context(this.#contextOf(instance) ?? 0)?.result ?? null;
  }

  async #store(instance: QueuedInstance, fetched: Fetched): Promise<Answer> {
    const { sopClass, sopInstance } = instance;
    const { limits } = this.#parts;
    const contextId = this.#contextOf(instance) ?? 0;
    const what = { contextId, sopClass, sopInstance, data: fetched.data() };
    if (limits.length === 0) return await this.#association.store(what);
    const pace = (bytes: number): Promise<void> => pass(limits, bytes, this.#aborting.signal);
    return await this.#association.store({ ...what, pace });
  }
}

const failed = (why: Failure): Verdict => ({ kind: "failed", failure: why });
