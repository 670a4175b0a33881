import type { Socket } from "node:net";
import {
  answerBit,
  commandField,
  decodeCommand,
  element,
  encodeCommand,
  noDataSet,
  numberOf,
  textOf,
  withDataSet,
  type Command,
} from "./command.ts";
import { attend, type Asked } from "./attend.ts";
import { brokenConnection, connectToPeer, type PeerAddress } from "./connect.ts";
import { dataBlocks, fragmentSize, framesOf, paced } from "./data-blocks.ts";
import type { DataSet } from "./data-set.ts";
import { encodeAbort, encodeAssociateRequest, encodeReleaseRequest } from "./encode-pdu.ts";
import type { AnsweredContext, AssociateAccept, Pdu, ProposedContext, Role } from "./pdu.ts";
import { defaultPatience, type Patience } from "./patience.ts";
import { PduReader } from "./pdu-reader.ts";
import { PeerError, type Phase, type PeerTrouble } from "./peer-error.ts";
import { verification } from "./uids.ts";

export interface AssociationOptions {
  readonly address: PeerAddress;
  readonly calledAet: string;
  readonly callingAet: string;
  /** At most 128, each with an odd id of its own. */
  readonly contexts: readonly ProposedContext[];
  readonly roles?: readonly Role[];
  readonly patience?: Partial<Patience>;
  /** Ends what goes on with A-ABORT. */
  readonly signal?: AbortSignal;
}

/** What is sent with C-STORE. */
export interface StoreRequest {
  /** Of a context that was accepted. */
  readonly contextId: number;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly data: DataSet;
  /** Whose C-MOVE led to this, if one did. */
  readonly moveOriginator?: { readonly aet: string; readonly messageId: number };
  /** Awaited before each block is sent, with its size in bytes: a limit of the bandwidth. */
  readonly pace?: (bytes: number) => Promise<void>;
}

/** What a peer answered. Whatever the status says: the association goes on. */
export interface Answer {
  /** PS3.7 annex C: 0 success, Bxxx a warning, anything else a failure. */
  readonly status: number;
  /** What the peer says of it; empty: nothing. Its words: they may name a patient. */
  readonly comment: string;
}

/** Longest data unit that we take, in bytes: answers are short. */
const maxPduLength = 65_536;

/** How long the last words to a peer may take, in milliseconds. */
const lingerMs = 1_000;

/** Message ids are numbers of two bytes, from 1. */
const maxMessageId = 65_535;

/**
 * An association that we have asked for: one message at a time. After any `PeerError` it is dead, and
 * every further call throws the same error.
 */
export class Association {
  readonly #socket: Socket;
  readonly #reader: PduReader;
  readonly #patience: Patience;
  readonly #results = new Map<number, AnsweredContext>();
  #fragment = 0;
  #messageId = 0;
  #death: PeerError | null = null;
  #timer: NodeJS.Timeout | null = null;

  private constructor(socket: Socket, patience: Patience) {
    this.#socket = socket;
    this.#reader = new PduReader(socket, maxPduLength);
    this.#patience = patience;
    // Told by the reader and the writer; without a listener it would end the process.
    socket.on("error", (error) => this.#die(brokenConnection(error)));
  }

  /** @throws {PeerError} whatever there is */
  static async open(options: AssociationOptions): Promise<Association> {
    const patience = { ...defaultPatience, ...options.patience };
    const { address, signal } = options;
    const socket = await connectToPeer(address, patience.connectMs, signal);
    const association = new Association(socket, patience);
    const end = (): void => association.abort();
    signal?.addEventListener("abort", end, { once: true });
    socket.once("close", () => signal?.removeEventListener("abort", end));
    await association.#negotiate(options);
    return association;
  }

  /** False: a call would only throw. */
  get isUsable(): boolean {
    return this.#death === null;
  }

  /** What the peer said of a context that we proposed; null: it was not proposed, or not answered. */
  context(id: number): AnsweredContext | null {
    return this.#results.get(id) ?? null;
  }

  /**
   * Sends an instance; resolves with the peer's answer to it.
   * @throws {PeerError}; {DataSetCut} and what reading throws: the association has been aborted
   */
  async store(request: StoreRequest): Promise<Answer> {
    const { sopClass, sopInstance, moveOriginator } = request;
    const command = new Map<number, number | string>([
      [element.affectedSopClass, sopClass],
      [element.priority, 0],
      [element.affectedSopInstance, sopInstance],
    ]);
    if (moveOriginator !== undefined) {
      command.set(element.moveOriginatorAet, moveOriginator.aet);
      command.set(element.moveOriginatorId, moveOriginator.messageId);
    }
    const answer = await this.#exchange(commandField.store, command, request);
    const confirmed = textOf(answer, element.affectedSopInstance);
    if (confirmed !== "" && confirmed !== sopInstance) {
      throw this.#die({ kind: "protocol", detail: "it confirmed another instance" });
    }
    return answerOf(answer);
  }

  /** C-ECHO. `contextId`: of the verification class. @throws {PeerError} */
  async echo(contextId: number): Promise<Answer> {
    const command = new Map([[element.affectedSopClass, verification]]);
    return answerOf(await this.#exchange(commandField.echo, command, { contextId }));
  }

  /** N-ACTION with a data set. @throws {PeerError} */
  async action(
    contextId: number,
    { sopClass, sopInstance, type }: { sopClass: string; sopInstance: string; type: number },
    data: DataSet,
  ): Promise<Answer> {
    const command = new Map<number, number | string>([
      [element.requestedSopClass, sopClass],
      [element.requestedSopInstance, sopInstance],
      [element.actionType, type],
    ]);
    return answerOf(await this.#exchange(commandField.action, command, { contextId, data }));
  }

  /**
   * Hears what the peer asks of us, then ends it in peace: at the signal, or when `isOver` says so after
   * an answer. `answer` resolves with a status. Never throws: what came, came.
   */
  async attend(
    signal: AbortSignal,
    answer: (asked: Asked) => Promise<number>,
    isOver: () => boolean,
  ): Promise<void> {
    if (this.#death !== null) return;
    let isEnding = false;
    const end = (): void => {
      if (isEnding || this.#death !== null) return;
      isEnding = true;
      this.#watch("release", this.#patience.associationMs);
      this.#write(encodeReleaseRequest()).catch(() => {});
    };
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    const line = {
      read: () => this.#read(),
      write: async (bytes: Buffer): Promise<void> => {
        await this.#write(bytes);
        if (isOver()) end();
      },
      fragment: this.#fragment,
    };
    try {
      await attend(line, answer, () => isEnding);
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
    } finally {
      signal.removeEventListener("abort", end);
      this.#die({ kind: "ended" });
    }
  }

  /** Ends it in peace. What goes wrong now is of no interest any more. */
  async release(): Promise<void> {
    if (this.#death !== null) return;
    try {
      await this.#write(encodeReleaseRequest());
      let pdu = await this.#next("release", this.#patience.associationMs);
      // The answer to what was given up may still be on its way.
      while (pdu.kind === "data") pdu = await this.#next("release", this.#patience.associationMs);
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
    }
    this.#die({ kind: "ended" });
  }

  /** Ends it at once, with A-ABORT. */
  abort(): void {
    if (this.#death !== null) return;
    if (this.#socket.writable) this.#socket.write(encodeAbort(0, 0));
    this.#die({ kind: "ended" });
  }

  async #negotiate(options: AssociationOptions): Promise<void> {
    const { calledAet, callingAet, contexts, roles = [] } = options;
    const user = { maxPduLength, roles };
    await this.#write(encodeAssociateRequest({ calledAet, callingAet, contexts, user }));
    const pdu = await this.#next("association", this.#patience.associationMs);
    if (pdu.kind === "associate-reject") {
      const { result, source, reason } = pdu;
      throw this.#die({ kind: "rejected", result, source, reason });
    }
    if (pdu.kind !== "associate-accept") throw this.#unexpected(pdu);
    this.#accept(pdu);
  }

  #accept({ contexts, user }: AssociateAccept): void {
    for (const context of contexts) this.#results.set(context.id, context);
    this.#fragment = fragmentSize(user.maxPduLength);
  }

  async #exchange(
    field: number,
    fields: Command,
    { contextId, data, pace }: { contextId: number; data?: DataSet; pace?: StoreRequest["pace"] },
  ): Promise<Command> {
    if (this.#death !== null) throw this.#death;
    this.#messageId = (this.#messageId % maxMessageId) + 1;
    const command = new Map([
      ...fields,
      [element.field, field],
      [element.messageId, this.#messageId],
      [element.dataSetType, data === undefined ? noDataSet : withDataSet],
    ]);
    const frame = { contextId, isCommand: true, fragment: this.#fragment };
    // Listened for from now on: a peer that gives up says so in the middle of what it is sent.
    const answer = this.#readAnswer();
    answer.catch(() => {});
    this.#watch("progress", this.#patience.progressMs);
    await this.#write(framesOf(encodeCommand(command), frame));
    if (data !== undefined) await this.#send(data, contextId, pace);
    this.#watch("response", this.#patience.responseMs);
    const answered = await answer;
    this.#unwatch();
    this.#check(answered, field);
    return answered;
  }

  /** @throws {PeerError}; what reading throws */
  async #send(data: DataSet, contextId: number, pace: StoreRequest["pace"]): Promise<void> {
    let before = Promise.resolve();
    try {
      const blocks = dataBlocks(data, contextId, this.#fragment);
      const hold = pace && ((bytes: number): Promise<void> => this.#hold(bytes, pace));
      for await (const block of hold === undefined ? blocks : paced(blocks, hold)) {
        await before;
        // The next block is read while this one is on its way.
        before = this.#write(block);
        before.catch(() => {});
      }
      await before;
    } catch (error) {
      // Half a message cannot be taken back.
      this.abort();
      throw error;
    }
  }

  /** It is we who keep the peer waiting: no time of its own passes. @throws what `pace` throws */
  async #hold(bytes: number, pace: (bytes: number) => Promise<void>): Promise<void> {
    this.#unwatch();
    await pace(bytes);
    if (this.#death === null) this.#watch("progress", this.#patience.progressMs);
  }

  async #readAnswer(): Promise<Command> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const pdu = await this.#read();
      if (pdu.kind !== "data") throw this.#unexpected(pdu);
      for (const value of pdu.values) {
        if (!value.isCommand) continue;
        parts.push(value.bytes);
        if (value.isLast) return decodeCommand(Buffer.concat(parts));
      }
    }
  }

  #check(answer: Command, field: number): void {
    const answered = numberOf(answer, element.answeredMessageId);
    if (numberOf(answer, element.field) !== (field | answerBit) || answered !== this.#messageId) {
      throw this.#die({ kind: "protocol", detail: "it answered what nobody asked" });
    }
  }

  async #next(phase: Phase, timeoutMs: number): Promise<Pdu> {
    this.#watch(phase, timeoutMs);
    const pdu = await this.#read();
    this.#unwatch();
    return pdu;
  }

  /** @throws {PeerError} the one it has died of */
  async #read(): Promise<Pdu> {
    try {
      const pdu = await this.#reader.next();
      if (pdu !== null) return pdu;
    } catch (error) {
      throw this.#die(brokenConnection(error));
    }
    throw this.#die({ kind: "closed", code: "without a release" });
  }

  /** Resolves when the system has taken the bytes. @throws {PeerError} */
  async #write(bytes: Buffer): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.write(bytes, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(this.#die(brokenConnection(error)));
    });
    await promise;
    // It takes bytes: it is slow, perhaps, not silent.
    if (this.#timer !== null) this.#timer.refresh();
  }

  #watch(phase: Phase, afterMs: number): void {
    this.#unwatch();
    this.#timer = setTimeout(() => {
      if (this.#socket.writable) this.#socket.write(encodeAbort(0, 0));
      this.#die({ kind: "silent", phase, afterMs });
    }, afterMs);
  }

  #unwatch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #unexpected(pdu: Pdu): PeerError {
    if (pdu.kind === "abort") {
      return this.#die({ kind: "aborted", source: pdu.source, reason: pdu.reason });
    }
    return this.#die({ kind: "protocol", detail: `it sent ${pdu.kind} out of turn` });
  }

  /** The first trouble is the one it has died of. */
  #die(trouble: PeerTrouble): PeerError {
    if (this.#death === null) {
      this.#death = new PeerError(trouble);
      this.#unwatch();
      // What was written before goes out, if the peer takes it soon.
      this.#socket.end();
      setTimeout(() => this.#socket.destroy(), lingerMs).unref();
    }
    return this.#death;
  }
}

const answerOf = (answer: Command): Answer => ({
  status: numberOf(answer, element.status),
  comment: textOf(answer, element.errorComment),
});
