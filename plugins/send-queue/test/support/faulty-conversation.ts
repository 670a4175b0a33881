import { setTimeout as delay } from "node:timers/promises";
import {
  answerBit,
  commandField,
  decodeCommand,
  element,
  encodeCommand,
  noDataSet,
  numberOf,
  textOf,
  type Command,
} from "../../src/dicom/command.ts";
import { framesOf } from "../../src/dicom/data-blocks.ts";
import { decodePdu } from "../../src/dicom/decode-pdu.ts";
import { encodeAssociateAccept, encodeReleaseReply } from "../../src/dicom/encode-pdu.ts";
import type { AssociateRequest, DataValue, Pdu } from "../../src/dicom/pdu.ts";
import type { Arrived, FaultyPeer, Wire } from "./faulty-peer.ts";

/** What a faulty peer hears and says on one association. */
export class Conversation {
  readonly #peer: FaultyPeer;
  readonly #wire: Wire;
  readonly #onRelease: () => void;
  readonly #syntaxes = new Map<number, string>();
  #unread: Buffer = Buffer.alloc(0);
  #command: Command | null = null;
  #contextId = 0;
  #parts: Buffer[] = [];
  #size = 0;
  #count = 0;

  constructor(peer: FaultyPeer, wire: Wire, onRelease: () => void) {
    this.#peer = peer;
    this.#wire = wire;
    this.#onRelease = onRelease;
  }

  listen(): void {
    let work: Promise<void> = Promise.resolve();
    this.#wire.socket.on("data", (chunk: Buffer) => {
      this.#wire.socket.pause();
      work = work
        .then(() => this.#hear(chunk))
        .then(() => this.#doNothing())
        .catch(() => this.#wire.reset())
        .finally(() => this.#wire.socket.resume());
    });
  }

  async #doNothing(): Promise<void> {
    const { chunkMs = 0 } = this.#peer.behaviour;
    if (chunkMs > 0) await delay(chunkMs, undefined, { ref: false });
  }

  async #hear(chunk: Buffer): Promise<void> {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= 6) {
      const end = 6 + this.#unread.readUInt32BE(2);
      if (this.#unread.length < end) return;
      const body = this.#unread.subarray(6, end);
      const pdu = decodePdu(this.#unread.readUInt8(0), body);
      this.#unread = this.#unread.subarray(end);
      await this.#obey(pdu);
      // Who has aborted hears nothing any more.
      if (!this.#wire.socket.writable) this.#unread = Buffer.alloc(0);
    }
  }

  async #obey(pdu: Pdu): Promise<void> {
    if (pdu.kind === "associate-request") this.#accept(pdu);
    if (pdu.kind === "abort") this.#wire.socket.end();
    if (pdu.kind === "release-request") {
      this.#onRelease();
      this.#wire.socket.end(encodeReleaseReply());
    }
    if (pdu.kind !== "data") return;
    const length = pdu.values.reduce((sum, { bytes }) => sum + bytes.length + 6, 0);
    this.#peer.longestUnit = Math.max(this.#peer.longestUnit, length);
    for (const value of pdu.values) {
      if (this.#wire.socket.writable) await this.#take(value);
    }
  }

  #accept({ calledAet, callingAet, contexts: proposed }: AssociateRequest): void {
    const { greet, judgeContext = () => 0, maxPduLength = 16_384 } = this.#peer.behaviour;
    if (greet?.(this.#wire) === true) return;
    const contexts = proposed.map(({ id, abstractSyntax, transferSyntaxes }) => {
      const [transferSyntax = ""] = transferSyntaxes;
      this.#syntaxes.set(id, transferSyntax);
      return { id, result: judgeContext(abstractSyntax, transferSyntax), transferSyntax };
    });
    const user = { maxPduLength, roles: [] };
    this.#say(encodeAssociateAccept({ calledAet, callingAet, contexts, user }));
  }

  async #take({ isCommand, isLast, bytes, contextId }: DataValue): Promise<void> {
    if (!isCommand && this.#size === 0) this.#tellOfBegin();
    if (!this.#wire.socket.writable) return;
    const { keepsBytes = true } = this.#peer.behaviour;
    this.#contextId = contextId;
    if (isCommand || keepsBytes) this.#parts.push(Buffer.from(bytes));
    this.#size += bytes.length;
    if (isLast) await this.#finish(isCommand);
  }

  #tellOfBegin(): void {
    if (this.#command === null) return;
    const sopInstance = textOf(this.#command, element.affectedSopInstance);
    this.#peer.behaviour.begin?.(sopInstance, this.#wire);
  }

  async #finish(isCommand: boolean): Promise<void> {
    const [whole, size] = [Buffer.concat(this.#parts), this.#size];
    this.#parts = [];
    this.#size = 0;
    if (isCommand) await this.#begin(decodeCommand(whole));
    else if (this.#command !== null) await this.#end(this.#command, whole, size);
  }

  async #begin(command: Command): Promise<void> {
    this.#command = command;
    if (numberOf(command, element.field) !== commandField.echo) return;
    this.#peer.echoes += 1;
    this.#reply(command, 0);
  }

  async #end(command: Command, bytes: Buffer, size: number): Promise<void> {
    const arrived: Arrived = {
      number: this.#peer.arrived,
      numberHere: this.#count,
      association: this.#wire.association,
      messageId: numberOf(command, element.messageId),
      sopClass: textOf(command, element.affectedSopClass),
      sopInstance: textOf(command, element.affectedSopInstance),
      transferSyntax: this.#syntaxes.get(this.#contextId) ?? "",
      size,
      bytes,
    };
    this.#peer.arrived += 1;
    this.#count += 1;
    const { answer = () => 0, after } = this.#peer.behaviour;
    const status = await answer(arrived, this.#wire);
    if (status === 0) this.#peer.stored.push(arrived);
    if (status !== null) this.#reply(command, status);
    after?.(arrived, this.#wire);
  }

  #reply(command: Command, status: number): void {
    const reply = new Map<number, number | string>([
      [element.affectedSopClass, textOf(command, element.affectedSopClass)],
      [element.field, numberOf(command, element.field) | answerBit],
      [element.answeredMessageId, numberOf(command, element.messageId)],
      [element.dataSetType, noDataSet],
      [element.status, status],
    ]);
    const sopInstance = textOf(command, element.affectedSopInstance);
    if (sopInstance !== "") reply.set(element.affectedSopInstance, sopInstance);
    const frame = { contextId: this.#contextId, isCommand: true, fragment: 16_372 };
    this.#say(framesOf(encodeCommand(reply), frame));
  }

  #say(bytes: Buffer): void {
    if (this.#wire.socket.writable) this.#wire.socket.write(bytes);
  }
}
