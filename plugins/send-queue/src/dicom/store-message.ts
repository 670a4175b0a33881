import { answerBit, element, numberOf, textOf, type Command } from "./command.ts";
import type { DataSet } from "./data-set.ts";

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

/** The elements of a C-STORE-RQ that are its own. */
export function storeCommand({
  sopClass,
  sopInstance,
  moveOriginator,
}: Pick<StoreRequest, "sopClass" | "sopInstance" | "moveOriginator">): Command {
  const command = new Map<number, number | string>([
    [element.affectedSopClass, sopClass],
    [element.priority, 0],
    [element.affectedSopInstance, sopInstance],
  ]);
  if (moveOriginator !== undefined) {
    command.set(element.moveOriginatorAet, moveOriginator.aet);
    command.set(element.moveOriginatorId, moveOriginator.messageId);
  }
  return command;
}

/** REQUIRES a status in it. */
export const answerOf = (answer: Command): Answer => ({
  status: numberOf(answer, element.status),
  comment: textOf(answer, element.errorComment),
});

/** Whether it answers this message, of this field. @throws {PeerError} protocol: it says too little */
export function isAnswerTo(answer: Command, field: number, messageId: number): boolean {
  const answered = numberOf(answer, element.answeredMessageId);
  numberOf(answer, element.status);
  return numberOf(answer, element.field) === (field | answerBit) && answered === messageId;
}
