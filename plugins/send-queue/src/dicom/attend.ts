import { answerBit, element, encodeCommand, noDataSet, numberOf, type Command } from "./command.ts";
import { framesOf } from "./data-blocks.ts";
import { IncomingCommand } from "./incoming-command.ts";
import type { DataValue, Pdu } from "./pdu.ts";
import { itSent, PeerError, unexpected } from "./peer-error.ts";

/** What a peer asks of us on an association that we have asked for. */
export interface Asked {
  readonly command: Command;
  readonly contextId: number;
  readonly dataSet: Buffer;
}

/** The association as whoever attends to it needs it. */
export interface Line {
  read(): Promise<Pdu>;
  write(bytes: Buffer): Promise<void>;
  /** Says that we want to end it; it is still read until the peer agrees. */
  release(): void;
  /** Bytes of a message in one unit. */
  readonly fragment: number;
}

export interface Attending {
  /** The time is over. */
  readonly signal: AbortSignal;
  /** Resolves with a status. */
  readonly answer: (asked: Asked) => Promise<number>;
  /** Asked after each answer. */
  readonly isOver: () => boolean;
}

/** A report is some hundred bytes for each instance. */
const maxDataSetSize = 16_777_216;

/**
 * Takes what the peer asks, answering each, until the time is over or nothing more is expected; then ends
 * it in peace. Never throws what the peer does: what came, came.
 */
export async function attendUntil(
  line: Line,
  { signal, answer, isOver }: Attending,
): Promise<void> {
  let isEnding = false;
  const end = (): void => {
    if (!isEnding) line.release();
    isEnding = true;
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const respond = async (asked: Asked): Promise<void> => {
    const status = await answer(asked);
    // After we have said that we end nothing may be said any more; what comes is taken all the same.
    if (!isEnding) await line.write(reply(asked, status, line.fragment));
    if (isOver()) end();
  };
  try {
    await attend(line, respond);
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** Until the peer agrees to the end. @throws {PeerError} */
async function attend(line: Line, respond: (asked: Asked) => Promise<void>): Promise<void> {
  const incoming = new Incoming();
  for (;;) {
    const pdu = await line.read();
    if (pdu.kind === "release-reply") return;
    if (pdu.kind !== "data") throw unexpected(pdu);
    for (const value of pdu.values) {
      const asked = incoming.add(value);
      if (asked !== null) await respond(asked);
    }
  }
}

/** What has come of what the peer asks. */
class Incoming {
  readonly #incoming = new IncomingCommand();
  #command: Command | null = null;
  #dataSet: Buffer[] = [];
  #size = 0;
  #isDataSetWhole = false;

  /** Null: more of the message has to come. @throws {PeerError} protocol */
  add(value: DataValue): Asked | null {
    if (value.isCommand) this.#command = this.#incoming.add(value);
    else this.#addData(value);
    const command = this.#command;
    if (command === null) return null;
    const hasDataSet = numberOf(command, element.dataSetType) !== noDataSet;
    if (hasDataSet && !this.#isDataSetWhole) return null;
    const dataSet = Buffer.concat(this.#dataSet);
    this.#command = null;
    this.#dataSet = [];
    this.#size = 0;
    this.#isDataSetWhole = false;
    return { command, contextId: value.contextId, dataSet };
  }

  #addData({ bytes, isLast }: DataValue): void {
    this.#size += bytes.length;
    if (this.#size > maxDataSetSize) throw itSent("a message that does not end");
    if (bytes.length > 0) this.#dataSet.push(Buffer.from(bytes));
    this.#isDataSetWhole = isLast;
  }
}

/** What an answer repeats. */
const echoed = [element.affectedSopClass, element.affectedSopInstance, element.eventType] as const;

function reply({ command, contextId }: Asked, status: number, fragment: number): Buffer {
  const answer = new Map<number, number | string>([
    [element.field, numberOf(command, element.field) | answerBit],
    [element.answeredMessageId, numberOf(command, element.messageId)],
    [element.dataSetType, noDataSet],
    [element.status, status],
  ]);
  for (const name of echoed) {
    const value = command.get(name);
    if (value !== undefined) answer.set(name, value);
  }
  return framesOf(encodeCommand(answer), { contextId, isCommand: true, fragment });
}
