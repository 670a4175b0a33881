import type { Socket } from "node:net";
import {
  answerBit,
  commandField,
  element,
  encodeCommand,
  noDataSet,
  numberOf,
  textOf,
  type Command,
} from "./command.ts";
import { fragmentSize, framesOf } from "./data-blocks.ts";
import {
  encodeAbort,
  encodeAssociateAccept,
  encodeAssociateReject,
  encodeReleaseReply,
} from "./encode-pdu.ts";
import { IncomingCommand } from "./incoming-command.ts";
import type {
  AnsweredContext,
  AssociateRequest,
  DataValue,
  ProposedContext,
  Rejection,
} from "./pdu.ts";
import { PduReader } from "./pdu-reader.ts";
import { itSent, PeerError, unexpected } from "./peer-error.ts";
import {
  finish,
  processingFailure,
  writeTo,
  type Caller,
  type Message,
  type Reception,
  type Service,
} from "./service.ts";
import { isUid } from "./uids.ts";

/** Longest data unit that we take, in bytes; each association holds one or two of them. */
const maxPduLength = 131_072;

/** Until an association is asked for, and until the peer has gone after its end; milliseconds. */
const artimMs = 30_000;

/** A status that we answer ourselves, PS3.7 annex C. */
const unrecognizedOperation = 0x0211;

/** One association that another has asked for. */
export class AcceptedAssociation {
  caller: Caller | null = null;
  readonly #socket: Socket;
  readonly #service: Service;
  readonly #idleMs: number;
  readonly #reader: PduReader;
  readonly #syntaxes = new Map<number, { readonly abstract: string; readonly transfer: string }>();
  #fragment = 0;

  constructor(socket: Socket, service: Service, idleMs: number) {
    this.#socket = socket;
    this.#service = service;
    this.#idleMs = idleMs;
    this.#reader = new PduReader(socket, maxPduLength);
    // The reader tells of it; without a listener it would end the process.
    socket.on("error", () => {});
    socket.on("timeout", () => {
      const afterMs = socket.timeout ?? 0;
      socket.destroy(new PeerError({ kind: "silent", phase: "progress", afterMs }));
    });
  }

  /** `admit`: asked when an association is asked for; null: it is welcome. @throws {PeerError} it did not end as it should */
  async serve(admit: () => Rejection | null): Promise<void> {
    this.#allow(artimMs);
    const pdu = await this.#reader.next();
    if (pdu === null) return;
    if (pdu.kind !== "associate-request") throw unexpected(pdu);
    const isAccepted = await this.#negotiate(pdu, admit());
    if (isAccepted) await this.#converse();
  }

  abort(): void {
    if (this.#socket.writable) this.#socket.write(encodeAbort(2, 0));
    this.end();
  }

  end(): void {
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }

  async #negotiate(request: AssociateRequest, refusal: Rejection | null): Promise<boolean> {
    const { calledAet, callingAet } = request;
    this.caller = { callingAet, calledAet, address: this.#socket.remoteAddress ?? "" };
    const rejection = refusal ?? this.#service.admit(this.caller);
    if (rejection !== null) {
      await this.#write(encodeAssociateReject(rejection));
      return false;
    }
    const contexts = request.contexts.map((context) => this.#answerContext(context));
    this.#fragment = fragmentSize(request.user.maxPduLength);
    const user = { maxPduLength, roles: request.user.roles };
    await this.#write(encodeAssociateAccept({ calledAet, callingAet, contexts, user }));
    return true;
  }

  #answerContext(context: ProposedContext): AnsweredContext {
    const { id, abstractSyntax, transferSyntaxes } = context;
    const transfer = this.#service.negotiate(context);
    if (transfer === null || transfer === "") {
      const [first = ""] = transferSyntaxes;
      return { id, result: transfer === null ? 4 : 3, transferSyntax: first };
    }
    this.#syntaxes.set(id, { abstract: abstractSyntax, transfer });
    return { id, result: 0, transferSyntax: transfer };
  }

  async #converse(): Promise<void> {
    const values = this.#values();
    for (;;) {
      const command = await this.#readCommand(values);
      if (command === null) return;
      await this.#obey(command.command, command.contextId, values);
    }
  }

  /** The fragments that come, until the peer wants to go. @throws {PeerError} */
  async *#values(): AsyncGenerator<DataValue, void, void> {
    for (;;) {
      this.#allow(this.#idleMs);
      const pdu = await this.#reader.next();
      // While it is written to the disk, however long that takes, it is not the peer who is silent.
      this.#allow(0);
      if (pdu?.kind === "release-request") {
        await this.#write(encodeReleaseReply());
        return;
      }
      if (pdu === null) throw new PeerError({ kind: "closed", code: "without a release" });
      if (pdu.kind !== "data") throw unexpected(pdu);
      yield* pdu.values;
    }
  }

  async #readCommand(
    values: AsyncGenerator<DataValue, void, void>,
  ): Promise<{ readonly command: Command; readonly contextId: number } | null> {
    const incoming = new IncomingCommand();
    for (;;) {
      const next = await values.next();
      if (next.done === true) return null;
      const { value } = next;
      if (!value.isCommand) throw itSent("a data set without a command");
      const command = incoming.add(value);
      if (command !== null) return { command, contextId: value.contextId };
    }
  }

  async #obey(
    command: Command,
    contextId: number,
    values: AsyncGenerator<DataValue, void, void>,
  ): Promise<void> {
    const syntaxes = this.#syntaxes.get(contextId);
    if (syntaxes === undefined) throw itSent("a message in a context that was not accepted");
    const field = numberOf(command, element.field);
    const hasDataSet = numberOf(command, element.dataSetType) !== noDataSet;
    const received = await this.#begin(command, field, syntaxes.transfer);
    const status = hasDataSet
      ? await this.#take(received, contextId, values)
      : await finish(received);
    await this.#reply(command, { field, contextId, status });
  }

  /** A reception, or the status that it is refused with. */
  async #begin(
    command: Command,
    field: number,
    transferSyntax: string,
  ): Promise<Reception | number> {
    if (field === commandField.echo) return 0;
    if (!known.has(field) || this.caller === null) return unrecognizedOperation;
    const message = messageOf(command, { caller: this.caller, field, transferSyntax });
    if (!isUid(message.sopClass) || !isUid(message.sopInstance)) return invalidInstance;
    try {
      return await this.#service.receive(message);
    } catch {
      return processingFailure;
    }
  }

  /** Reads a data set to its end, whether it is wanted or not: else nothing could be answered. */
  async #take(
    received: Reception | number,
    contextId: number,
    values: AsyncGenerator<DataValue, void, void>,
  ): Promise<number> {
    let status = received;
    try {
      for (;;) {
        const next = await values.next();
        if (next.done === true) throw itSent("a release in the middle of a message");
        const { value } = next;
        if (value.isCommand || value.contextId !== contextId) {
          throw itSent("another message in the middle of one");
        }
        status = await writeTo(status, value.bytes);
        if (value.isLast) break;
      }
    } catch (error) {
      if (typeof status !== "number") await status.discard();
      throw error;
    }
    return finish(status);
  }

  async #reply(
    command: Command,
    { field, contextId, status }: { field: number; contextId: number; status: number },
  ): Promise<void> {
    const reply = new Map<number, number | string>([
      [element.field, field | answerBit],
      [element.answeredMessageId, numberOf(command, element.messageId)],
      [element.dataSetType, noDataSet],
      [element.status, status],
    ]);
    for (const name of echoed) {
      const value = command.get(name);
      if (value !== undefined) reply.set(answeredAs.get(name) ?? name, value);
    }
    const frame = { contextId, isCommand: true, fragment: this.#fragment };
    await this.#write(framesOf(encodeCommand(reply), frame));
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#allow(this.#idleMs);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.write(bytes, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(new PeerError({ kind: "closed", code: error.name }));
    });
    await promise;
  }

  /** The peer may do nothing for so long from now on; 0: as long as it likes. */
  #allow(afterMs: number): void {
    this.#socket.setTimeout(afterMs);
  }
}

/** The last words to a peer may take so long, in milliseconds. */
const lingerMs = 1_000;

const invalidInstance = 0x0117;

const known: ReadonlySet<number> = new Set<number>([
  commandField.store,
  commandField.action,
  commandField.eventReport,
]);

/** What an answer repeats of its command. */
const echoed = [
  element.affectedSopClass,
  element.affectedSopInstance,
  element.requestedSopClass,
  element.requestedSopInstance,
  element.actionType,
  element.eventType,
] as const;

/** What was requested is what is affected. */
const answeredAs: ReadonlyMap<number, number> = new Map<number, number>([
  [element.requestedSopClass, element.affectedSopClass],
  [element.requestedSopInstance, element.affectedSopInstance],
]);

/** An operation names what it is about as affected or as requested. */
function messageOf(
  command: Command,
  rest: Pick<Message, "caller" | "field" | "transferSyntax">,
): Message {
  const type = command.get(element.actionType) ?? command.get(element.eventType);
  return {
    ...rest,
    sopClass:
      textOf(command, element.affectedSopClass) || textOf(command, element.requestedSopClass),
    sopInstance:
      textOf(command, element.affectedSopInstance) || textOf(command, element.requestedSopInstance),
    type: typeof type === "number" ? type : 0,
  };
}
