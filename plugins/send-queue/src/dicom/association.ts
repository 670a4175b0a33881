import type { Socket } from "node:net";
import {
  actionCommand,
  commandField,
  element,
  encodeCommand,
  messageIdAfter,
  noDataSet,
  textOf,
  withDataSet,
  type Action,
  type Command,
} from "./command.ts";
import type { AssociationOptions } from "./association-options.ts";
import { attendUntil, type Attending } from "./attend.ts";
import { brokenConnection, connectToPeer } from "./connect.ts";
import { dataBlocks, fragmentSize, framesOf, paced } from "./data-blocks.ts";
import type { DataSet } from "./data-set.ts";
import {
  encodeAbort,
  encodeAssociateRequest,
  encodeReleaseReply,
  encodeReleaseRequest,
} from "./encode-pdu.ts";
import { IncomingCommand } from "./incoming-command.ts";
import type { AnsweredContext, Pdu } from "./pdu.ts";
import { PduReader } from "./pdu-reader.ts";
import { defaultPatience, type Patience } from "./patience.ts";
import { PeerError, unexpected, type Phase, type PeerTrouble } from "./peer-error.ts";
import { Silence } from "./silence.ts";
import { SpareBuffers } from "./spare-buffers.ts";
import { StoreFrames, type Announced } from "./store-frames.ts";
import {
  answerOf,
  isAnswerTo,
  storeCommand,
  type Answer,
  type StoreRequest,
} from "./store-message.ts";
import { verification } from "./uids.ts";
import { writeAtOnce } from "./write-at-once.ts";

/** Longest data unit that we take, in bytes: answers are short. */
const maxPduLength = 65_536;

/** How long the last words to a peer may take, in milliseconds. */
const lingerMs = 1_000;

/**
 * An association that we have asked for: one message at a time. After any `PeerError` it is dead, and
 * every further call throws the same error.
 */
export class Association {
  readonly #socket: Socket;
  readonly #reader: PduReader;
  readonly #patience: Patience;
  readonly #silence = new Silence((phase, afterMs) => {
    if (this.#socket.writable) this.#socket.write(encodeAbort(0, 0));
    this.#die({ kind: "silent", phase, afterMs });
  });
  readonly #results = new Map<number, AnsweredContext>();
  /** What the peer says next: listened for while nothing is asked of it, too. */
  #upcoming: Promise<Pdu> | null = null;
  readonly #buffers = new SpareBuffers();
  /** What was sent last in one go: the next are often like it. */
  #spare: StoreFrames | null = null;
  #fragment = 0;
  #messageId = 0;
  #death: PeerError | null = null;

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
    const answer = await this.#exchange(commandField.store, storeCommand(request), request);
    return this.#confirmed(answer, request.sopInstance);
  }

  /**
   * What a small instance is sent as: read its data set into the gaps. Null: it cannot be sent so. At any time,
   * and so while the answer to another one is waited for.
   */
  layOut(request: Announced): StoreFrames | null {
    const spare = this.#spare;
    this.#spare = null;
    if (spare?.readdress(request) === true) return spare;
    if (spare !== null) this.#buffers.giveBack(spare.bytes);
    return StoreFrames.layOut(request, this.#fragment, (size) => this.#buffers.take(size));
  }

  /** Sends what was laid out and filled; resolves with the peer's answer to it. @throws {PeerError} */
  async storeFrames(frames: StoreFrames): Promise<Answer> {
    if (this.#death !== null) throw this.#death;
    frames.messageId = this.#nextMessageId();
    const answer = await this.#ask(commandField.store, () => this.#write(frames.bytes));
    if (this.#spare !== null) this.#buffers.giveBack(this.#spare.bytes);
    this.#spare = frames;
    return this.#confirmed(answer, frames.sopInstance);
  }

  /** C-ECHO. `contextId`: of the verification class. @throws {PeerError} */
  async echo(contextId: number): Promise<Answer> {
    const command = new Map([[element.affectedSopClass, verification]]);
    const answer = answerOf(await this.#exchange(commandField.echo, command, { contextId }));
    this.#rest();
    return answer;
  }

  /** N-ACTION with a data set. @throws {PeerError} */
  async action(contextId: number, action: Action, data: DataSet): Promise<Answer> {
    const command = actionCommand(action);
    return answerOf(await this.#exchange(commandField.action, command, { contextId, data }));
  }

  /**
   * Hears what the peer asks of us, then ends it in peace: at the signal, or when `isOver` says so.
   * Never throws what the peer does: what came, came.
   */
  async attend(attending: Attending): Promise<void> {
    const line = {
      read: () => this.#read(),
      write: async (bytes: Buffer): Promise<void> => {
        await this.#write(bytes);
      },
      release: (): void => {
        this.#silence.watch("release", this.#patience.associationMs);
        this.#write(encodeReleaseRequest())?.catch(() => {});
      },
      fragment: this.#fragment,
    };
    await attendUntil(line, attending);
    this.#die({ kind: "ended" });
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
    for (const context of pdu.contexts) this.#results.set(context.id, context);
    this.#fragment = fragmentSize(pdu.user.maxPduLength);
    this.#rest();
  }

  /** @throws {PeerError} it is the answer for another instance */
  #confirmed(answer: Command, sopInstance: string): Answer {
    const confirmed = textOf(answer, element.affectedSopInstance);
    if (confirmed !== "" && confirmed !== sopInstance) {
      throw this.#die({ kind: "protocol", detail: "it confirmed another instance" });
    }
    this.#rest();
    return answerOf(answer);
  }

  #nextMessageId(): number {
    this.#messageId = messageIdAfter(this.#messageId);
    return this.#messageId;
  }

  async #exchange(
    field: number,
    fields: Command,
    { contextId, data, pace }: { contextId: number; data?: DataSet; pace?: StoreRequest["pace"] },
  ): Promise<Command> {
    if (this.#death !== null) throw this.#death;
    const command = new Map([
      ...fields,
      [element.field, field],
      [element.messageId, this.#nextMessageId()],
      [element.dataSetType, data === undefined ? noDataSet : withDataSet],
    ]);
    const frame = { contextId, isCommand: true, fragment: this.#fragment };
    const frames = framesOf(encodeCommand(command), frame);
    return this.#ask(field, () =>
      data === undefined ? this.#write(frames) : this.#send(frames, data, { contextId, pace }),
    );
  }

  /** `send`: the message; nothing else is on its way. @throws {PeerError}; what `send` throws */
  async #ask(field: number, send: () => Promise<void> | null): Promise<Command> {
    // Listened for from now on: a peer that gives up says so in the middle of what it is sent.
    const answer = this.#readAnswer();
    answer.catch(() => {});
    this.#silence.watch("progress", this.#patience.progressMs);
    const sending = send();
    if (sending !== null) await sending;
    this.#silence.watch("response", this.#patience.responseMs);
    const answered = await answer;
    this.#silence.unwatch();
    if (this.#orDie(() => isAnswerTo(answered, field, this.#messageId))) return answered;
    throw this.#die({ kind: "protocol", detail: "it answered what nobody asked" });
  }

  /** `command` goes out with the first block. @throws {PeerError}; what reading throws */
  async #send(
    command: Buffer,
    data: DataSet,
    { contextId, pace }: { contextId: number; pace: StoreRequest["pace"] },
  ): Promise<void> {
    let before: Promise<void> | null = null;
    let head: Buffer | null = command;
    const loan = this.#buffers.lend();
    try {
      const blocks = dataBlocks(data, { contextId, fragment: this.#fragment }, loan.take);
      const hold = pace && ((bytes: number): Promise<void> => this.#hold(bytes, pace));
      for await (const block of hold === undefined ? blocks : paced(blocks, hold)) {
        await before;
        // The next block is read while this one is on its way.
        before = this.#write(block, head);
        before?.catch(() => {});
        head = null;
      }
      await before;
      loan.end();
    } catch (error) {
      // Half a message cannot be taken back.
      this.abort();
      throw error;
    }
  }

  /** It is we who keep the peer waiting: no time of its own passes. @throws what `pace` throws */
  async #hold(bytes: number, pace: (bytes: number) => Promise<void>): Promise<void> {
    this.#silence.unwatch();
    await pace(bytes);
    if (this.#death === null) this.#silence.watch("progress", this.#patience.progressMs);
  }

  /** @throws {PeerError} the one it has died of */
  async #readAnswer(): Promise<Command> {
    const incoming = new IncomingCommand();
    for (;;) {
      const pdu = await this.#read();
      if (pdu.kind !== "data") throw this.#unexpected(pdu);
      for (const value of pdu.values) {
        if (!value.isCommand) continue;
        const answer = this.#orDie(() => incoming.add(value));
        if (answer !== null) return answer;
      }
    }
  }

  /** What cannot be read ends the association. @throws {PeerError} */
  #orDie<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw error instanceof PeerError ? this.#die(error.trouble) : error;
    }
  }

  async #next(phase: Phase, timeoutMs: number): Promise<Pdu> {
    this.#silence.watch(phase, timeoutMs);
    const pdu = await this.#read();
    this.#silence.unwatch();
    return pdu;
  }

  /** @throws {PeerError} the one it has died of */
  #read(): Promise<Pdu> {
    const upcoming = this.#upcoming ?? this.#listen();
    this.#upcoming = null;
    return upcoming;
  }

  async #listen(): Promise<Pdu> {
    try {
      const pdu = await this.#reader.next();
      if (pdu !== null && this.#upcoming !== null) this.#interrupt(pdu);
      if (pdu !== null) return pdu;
    } catch (error) {
      throw this.#die(brokenConnection(error));
    }
    throw this.#die({ kind: "closed", code: "without a release" });
  }

  /** Nothing is asked of the peer now: whatever it says means that it wants to end. */
  #rest(): void {
    this.#upcoming = this.#listen();
    // It has died of it.
    this.#upcoming.catch(() => {});
  }

  /** It has said something that nobody waited for. */
  #interrupt(pdu: Pdu): void {
    if (pdu.kind === "release-request") this.#socket.write(encodeReleaseReply());
    this.#unexpected(pdu);
  }

  /** As `writeAtOnce`. @throws {PeerError} */
  #write(bytes: Buffer, head: Buffer | null = null): Promise<void> | null {
    return writeAtOnce(this.#socket, { bytes, head }, (error) => {
      // It takes bytes: it is slow, perhaps, not silent.
      this.#silence.refresh();
      return error === null ? null : this.#die(brokenConnection(error));
    });
  }

  #unexpected(pdu: Pdu): PeerError {
    return this.#die(unexpected(pdu).trouble);
  }

  /** The first trouble is the one it has died of. */
  #die(trouble: PeerTrouble): PeerError {
    if (this.#death === null) {
      this.#death = new PeerError(trouble);
      this.#silence.end();
      // What was written before goes out, if the peer takes it soon.
      this.#socket.end();
      setTimeout(() => this.#socket.destroy(), lingerMs).unref();
    }
    return this.#death;
  }
}
