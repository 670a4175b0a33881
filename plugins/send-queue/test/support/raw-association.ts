import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  decodeCommand,
  element,
  encodeCommand,
  noDataSet,
  numberOf,
  type Command,
} from "../../src/dicom/command.ts";
import { framesOf } from "../../src/dicom/data-blocks.ts";
import {
  encodeAssociateAccept,
  encodeAssociateRequest,
  encodeReleaseReply,
  encodeReleaseRequest,
} from "../../src/dicom/encode-pdu.ts";
import type { DataValue, ProposedContext } from "../../src/dicom/pdu.ts";
import { PduReader } from "../../src/dicom/pdu-reader.ts";

export interface RawMessage {
  readonly command: Command;
  readonly contextId: number;
  readonly dataSet: Buffer;
}

const maxPduLength = 65_536;
const fragment = 16_000;

/** An association of which both sides may begin a message: the test says what is said. */
export class RawAssociation {
  readonly #socket: Socket;
  readonly #reader: PduReader;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#reader = new PduReader(socket, maxPduLength);
    socket.on("error", () => {});
  }

  /** As one who calls; takes the role of a provider for the class of each context. */
  static async call(port: number, contexts: readonly ProposedContext[]): Promise<RawAssociation> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const association = new RawAssociation(socket);
    const roles = contexts.map(({ abstractSyntax: sopClass }) => {
      return { sopClass, isUser: false, isProvider: true };
    });
    const user = { maxPduLength, roles };
    const request = { calledAet: "SENDQ", callingAet: "PEER", contexts, user };
    socket.write(encodeAssociateRequest(request));
    const answer = await association.#reader.next();
    assert.ok(answer?.kind === "associate-accept");
    assert.deepEqual(
      answer.contexts.map(({ result }) => result),
      contexts.map(() => 0),
    );
    return association;
  }

  /** As one who is called: takes everything. */
  static async accept(socket: Socket): Promise<RawAssociation> {
    const association = new RawAssociation(socket);
    const request = await association.#reader.next();
    assert.ok(request?.kind === "associate-request");
    const { calledAet, callingAet } = request;
    const contexts = request.contexts.map(({ id, transferSyntaxes: [first = ""] }) => {
      return { id, result: 0, transferSyntax: first };
    });
    const user = { maxPduLength, roles: [] };
    socket.write(encodeAssociateAccept({ calledAet, callingAet, contexts, user }));
    return association;
  }

  send(command: Command, dataSet: Buffer | null = null, contextId = 1): void {
    const type = dataSet === null ? noDataSet : 1;
    const whole = encodeCommand(new Map([...command, [element.dataSetType, type]]));
    this.#socket.write(framesOf(whole, { contextId, isCommand: true, fragment }));
    if (dataSet === null) return;
    this.#socket.write(framesOf(dataSet, { contextId, isCommand: false, fragment }));
  }

  /** Null: the other has gone. */
  async next(): Promise<RawMessage | null> {
    const parts: DataValue[] = [];
    for (;;) {
      const pdu = await this.#reader.next();
      if (pdu?.kind === "release-request") {
        this.#socket.end(encodeReleaseReply(), () => this.#socket.destroy());
      }
      if (pdu?.kind !== "data") return null;
      for (const value of pdu.values) {
        parts.push({ ...value, bytes: Buffer.from(value.bytes) });
        if (value.isLast && isWhole(parts)) return messageOf(parts);
      }
    }
  }

  async release(): Promise<void> {
    this.#socket.write(encodeReleaseRequest());
    await this.#reader.next();
    this.#socket.destroy();
  }
}

const bytesOf = (parts: readonly DataValue[], isCommand: boolean): Buffer =>
  Buffer.concat(parts.filter((part) => part.isCommand === isCommand).map(({ bytes }) => bytes));

/** The last part is the last of a command without a data set, or that of a data set. */
function isWhole(parts: readonly DataValue[]): boolean {
  if (parts.at(-1)?.isCommand === false) return true;
  return numberOf(decodeCommand(bytesOf(parts, true)), element.dataSetType) === noDataSet;
}

const messageOf = (parts: readonly DataValue[]): RawMessage => ({
  command: decodeCommand(bytesOf(parts, true)),
  contextId: parts[0]?.contextId ?? 0,
  dataSet: bytesOf(parts, false),
});
