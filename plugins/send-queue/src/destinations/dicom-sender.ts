import { Association } from "../dicom/association.ts";
import { maxContexts, type ProposedContext } from "../dicom/pdu.ts";
import { PeerError } from "../dicom/peer-error.ts";
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
import { fetchInstance, type Fetched } from "./fetched.ts";
import { localFailure } from "./local-failure.ts";
import type { Sender, SenderFactory, Tried } from "./sender.ts";

/** Opens associations with a modality. */
export class DicomSenders implements SenderFactory {
  readonly #modality: Modality;
  readonly #spool: Spool;
  readonly #limits: readonly Bandwidth[];

  /** `limits`: of this destination, and of all together. */
  constructor(modality: Modality, spool: Spool, limits: readonly Bandwidth[] = []) {
    this.#modality = modality;
    this.#spool = spool;
    this.#limits = limits;
  }

  async open(items: readonly Item[]): Promise<Sender> {
    const contexts = contextsFor(items);
    const parts = { contexts, spool: this.#spool, limits: this.#limits };
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
const severalAtHand: Room = { instances: 10, bytes: Number.POSITIVE_INFINITY };

interface SenderParts {
  readonly contexts: readonly ProposedContext[];
  readonly spool: Spool;
  readonly limits: readonly Bandwidth[];
}

class DicomSender implements Sender {
  readonly room: Room = severalAtHand;
  readonly #association: Association;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #spool: Spool;
  readonly #limits: readonly Bandwidth[];
  readonly #aborting = new AbortController();

  constructor(association: Association, { contexts, spool, limits }: SenderParts) {
    this.#association = association;
    this.#spool = spool;
    this.#limits = limits;
    this.#ids = new Map(
      contexts.map(({ id, abstractSyntax, transferSyntaxes: [transferSyntax = ""] }) => [
        `${abstractSyntax} ${transferSyntax}`,
        id,
      ]),
    );
  }

  get isUsable(): boolean {
    return this.#association.isUsable;
  }

  carries({ instance }: Item): boolean {
    return this.#ids.has(pairOf(instance));
  }

  async *send(batch: Batch): AsyncGenerator<readonly Tried[], void, void> {
    let next: Promise<Fetched> | null = null;
    try {
      for (const [index, item] of batch.entries()) {
        const fetching = next ?? fetchInstance(this.#spool, item.instance);
        const following = batch[index + 1];
        next = following === undefined ? null : fetchInstance(this.#spool, following.instance);
        yield [{ item, verdict: await this.#verdictOf(item, fetching) }];
        // The rest has not been tried.
        if (!this.isUsable) return;
      }
    } finally {
      void next?.then((file) => file.close());
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

  async #verdictOf({ instance }: Item, fetching: Promise<Fetched>): Promise<Verdict> {
    const fetched = await fetching;
    try {
      const contextId = this.#ids.get(pairOf(instance)) ?? 0;
      const context = this.#association.context(contextId);
      if (context?.result !== 0) return failed(judgeContext(context?.result ?? null));
      const { status } = await this.#store(instance, contextId, fetched);
      const verdict = judgeStatus(status);
      // More answers may follow one that makes no sense: they must not be taken for the next one's.
      if (verdict.kind === "failed" && verdict.failure.scope === "association") this.abort();
      return verdict;
    } catch (error) {
      if (error instanceof PeerError) return failed(judgeTrouble(error.trouble, true));
      return failed(localFailure(error));
    } finally {
      fetched.close();
    }
  }

  async #store(
    { sopClass, sopInstance }: QueuedInstance,
    contextId: number,
    fetched: Fetched,
  ): ReturnType<Association["store"]> {
    const what = { contextId, sopClass, sopInstance, data: fetched.data() };
    if (this.#limits.length === 0) return await this.#association.store(what);
    const pace = (bytes: number): Promise<void> => pass(this.#limits, bytes, this.#aborting.signal);
    return await this.#association.store({ ...what, pace });
  }
}

const failed = (why: Failure): Verdict => ({ kind: "failed", failure: why });
