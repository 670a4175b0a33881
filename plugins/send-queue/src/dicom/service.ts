import type { ProposedContext, Rejection } from "./pdu.ts";

/** Somebody who sends us something. */
export interface Caller {
  readonly callingAet: string;
  readonly calledAet: string;
  /** Of the other end, without the port. */
  readonly address: string;
}

/** A message that has come. */
export interface Message {
  readonly caller: Caller;
  /** `commandField`. */
  readonly field: number;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** The action or the event of an N-ACTION or N-EVENT-REPORT; 0: neither. */
  readonly type: number;
}

/** Takes the data set of one message. */
export interface Reception {
  /** Awaited before more is read from the peer. */
  write(bytes: Uint8Array): Promise<void>;
  /** All of it has come; answers the status for the peer. Only 0 says that it is safe. */
  finish(): Promise<number>;
  /** It will not come to its end. */
  discard(): Promise<void>;
  /** What the peer is answered after `write` has thrown this; default: 0110. */
  readonly statusOf?: (error: unknown) => number;
}

/** Who answers what comes. What it throws is answered with 0110, processing failure. */
export interface Service {
  /** Null: it is welcome. */
  admit(caller: Caller): Rejection | null;
  /** Which of the transfer syntaxes is accepted; null: the context is refused with `result` 4, "": 3. */
  negotiate(context: ProposedContext): string | null;
  /** A message begins; a status: it is refused, and its data set is read and dropped. */
  receive(message: Message): Promise<Reception | number>;
}

/** Processing failure, PS3.7 annex C. */
export const processingFailure = 0x0110;

/** A reception that fails is over: what is left of the data set is dropped. */
export async function writeTo(
  received: Reception | number,
  bytes: Uint8Array,
): Promise<Reception | number> {
  if (typeof received === "number") return received;
  try {
    await received.write(bytes);
    return received;
  } catch (error) {
    await received.discard();
    return received.statusOf?.(error) ?? processingFailure;
  }
}

export async function finish(received: Reception | number): Promise<number> {
  if (typeof received === "number") return received;
  try {
    return await received.finish();
  } catch {
    return processingFailure;
  }
}
