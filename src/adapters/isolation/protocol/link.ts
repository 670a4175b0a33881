import { JobEngineError } from "../../../core/errors.ts";
import { messageOf } from "../../../core/thrown.ts";
import { farError, nearError, type FarError } from "./far-error.ts";

/** Calls by name: one argument, and what is answered. */
// oxlint-disable-next-line typescript/no-explicit-any -- the argument of each call is its own
export type Calls = { readonly [Name in string]: (question: any) => unknown };

type Question<C extends Calls, Name extends keyof C> = Parameters<C[Name]>[0];
type Answer<C extends Calls, Name extends keyof C> = ReturnType<C[Name]>;

/** Who answers calls. `signal` is for those that wait: aborted when the asker does not want it any more. */
export type Handlers<C extends Calls> = {
  readonly [Name in keyof C]: (
    question: Question<C, Name>,
    signal: () => AbortSignal,
  ) => Answer<C, Name> | PromiseLike<Answer<C, Name>>;
};

/** What crosses. Numbers are the asker's; nobody waits for the answer of a call numbered 0. */
export type Message =
  | {
      readonly kind: "call";
      readonly number: number;
      readonly name: string;
      readonly question: unknown;
    }
  | ({ readonly kind: "answer"; readonly number: number } & Answered)
  /** Whoever asked does not want the answer any more. */
  | { readonly kind: "abort"; readonly number: number };

/** An answer: a value, or what was thrown. */
export type Answered = { readonly value: unknown } | { readonly error: FarError };

/** A question that blocks its asker. `after`: how many messages the asker had sent before. */
export interface BlockingCall {
  readonly name: string;
  readonly question: unknown;
  readonly after: number;
}

/** What carries messages, in order, to the other side. */
export interface Wire {
  /** @throws if the message holds what cannot be sent: nothing was sent then */
  send(message: Message): void;
  /** Whether somebody waits for an answer; a wire that nobody waits for keeps no process alive. */
  hold(isAwaited: boolean): void;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One end of the way between a host and a plugin that runs elsewhere: numbered calls in both
 * directions, answered in any order.
 */
export class Link<Mine extends Calls, Theirs extends Calls> {
  readonly #wire: Wire;
  readonly #handlers: Handlers<Theirs>;
  readonly #broken: (error: unknown) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #answering = new Map<number, AbortController>();
  readonly #blocked: { readonly call: BlockingCall; readonly answer: (a: Answered) => void }[] = [];
  #last = 0;
  #sent = 0;
  #heard = 0;
  #over: Error | null = null;

  /** `broken`: the other side cannot be answered any more. Default: that ends this thread or process. */
  constructor(wire: Wire, handlers: Handlers<Theirs>, broken: (error: unknown) => void = rethrow) {
    this.#wire = wire;
    this.#handlers = handlers;
    this.#broken = broken;
  }

  /** How many messages were sent, for a blocking call. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Asks; rejects with what the other side threw, or why it ended. An abort of `signal` is told; the
   * answer is awaited all the same.
   */
  ask<Name extends keyof Mine & string>(
    name: Name,
    question: Question<Mine, Name>,
    signal?: AbortSignal,
  ): Promise<Awaited<Answer<Mine, Name>>> {
    if (this.#over !== null) return Promise.reject(this.#over);
    const number = (this.#last += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<Answer<Mine, Name>>>();
    try {
      this.#send({ kind: "call", number, name, question });
    } catch (error) {
      return Promise.reject(unsendable(error));
    }
    this.#pending.set(number, { resolve, reject });
    this.#wire.hold(true);
    if (signal === undefined) return promise;
    const abort = (): void => this.#sendIfOpen({ kind: "abort", number });
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Says something that needs no answer. @throws {JobEngineError} INVALID_ARGUMENT: it cannot be sent */
  tell<Name extends keyof Mine & string>(name: Name, question: Question<Mine, Name>): void {
    try {
      this.#sendIfOpen({ kind: "call", number: 0, name, question });
    } catch (error) {
      throw unsendable(error);
    }
  }

  /** A message has come. @throws {TypeError} it is malformed: the other side is to be ended */
  hear(message: Message): void {
    if (this.#over !== null) return;
    checkMessage(message);
    this.#heard += 1;
    switch (message.kind) {
      case "call":
        this.#answer(message);
        break;
      case "answer":
        this.#settle(message.number, message);
        break;
      case "abort":
        this.#answering.get(message.number)?.abort();
    }
    while (this.#blocked[0] !== undefined && this.#blocked[0].call.after <= this.#heard) {
      const next = this.#blocked.shift();
      if (next !== undefined) this.#answerBlocked(next.call, next.answer);
    }
  }

  /** The same for a blocking call, after all that was sent before it. */
  hearBlocking(call: BlockingCall, answer: (answered: Answered) => void): void {
    if (call.after > this.#heard) this.#blocked.push({ call, answer });
    else this.#answerBlocked(call, answer);
  }

  /** The other side is gone: whoever waits hears why. Idempotent. */
  end(why: Error): void {
    if (this.#over !== null) return;
    this.#over = why;
    for (const { reject } of this.#pending.values()) reject(why);
    for (const controller of this.#answering.values()) controller.abort(why);
    this.#pending.clear();
    this.#answering.clear();
    this.#wire.hold(false);
  }

  #settle(number: number, answered: Answered): void {
    const waiting = this.#pending.get(number);
    if (waiting === undefined) return;
    // First of all: if it is no error that throws, and whoever waits must still hear of the end.
    const error = "error" in answered ? nearError(answered.error) : null;
    this.#pending.delete(number);
    if (this.#pending.size === 0) this.#wire.hold(false);
    if ("error" in answered) waiting.reject(error);
    else waiting.resolve(answered.value as never);
  }

  #answer({ number, name, question }: Extract<Message, { kind: "call" }>): void {
    const signal = (): AbortSignal => {
      const controller = this.#answering.get(number) ?? new AbortController();
      this.#answering.set(number, controller);
      return controller.signal;
    };
    // In place, so that what was told in order happens in order.
    const answer = attempt(() => this.#call(name, question, signal));
    if (number === 0) {
      // Nobody hears of it; who is told something must not fail.
      answer.catch(() => undefined);
      return;
    }
    answer
      .then(
        (value) => this.#reply(number, { value }),
        (error: unknown) => this.#reply(number, { error: farError(error) }),
      )
      .catch((error: unknown) => this.#broken(error));
  }

  #call(name: string, question: unknown, signal: () => AbortSignal): unknown {
    if (Object.hasOwn(this.#handlers, name)) return this.#handlers[name]?.(question, signal);
    throw new JobEngineError("INTERNAL", `there is no call "${name}"`);
  }

  #reply(number: number, answered: Answered): void {
    this.#answering.delete(number);
    try {
      this.#sendIfOpen({ kind: "answer", number, ...answered });
    } catch (error) {
      // Not the asker's fault: it has given nothing wrong.
      const what = `the answer cannot be sent to another thread or process: ${messageOf(error)}`;
      this.#sendIfOpen({ kind: "answer", number, error: farError(new TypeError(what)) });
    }
  }

  #answerBlocked({ name, question }: BlockingCall, answer: (answered: Answered) => void): void {
    try {
      const value = this.#call(name, question, () => AbortSignal.abort());
      if (value instanceof Promise) {
        value.catch(() => undefined);
        throw new JobEngineError("INTERNAL", `nobody can block for the answer of "${name}"`);
      }
      answer({ value });
    } catch (error) {
      answer({ error: farError(error) });
    }
  }

  #sendIfOpen(message: Message): void {
    if (this.#over === null) this.#send(message);
  }

  #send(message: Message): void {
    this.#wire.send(message);
    this.#sent += 1;
  }
}

/** Whether the other side's half of this has sent it, and not the plugin that runs there. */
export function isMessage(sent: unknown): sent is Message {
  const { kind } = Object(sent) as { readonly kind?: unknown };
  return kind === "call" || kind === "answer" || kind === "abort";
}

/** @throws {TypeError} */
function checkMessage(message: Message): void {
  const { number } = message;
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new TypeError("a message whose number is none");
  }
  if (message.kind === "call" && typeof message.name !== "string") {
    throw new TypeError("a call without a name");
  }
}

function rethrow(error: unknown): never {
  throw error;
}

/** Calls at once; what it throws is a rejection. */
function attempt(call: () => unknown): Promise<unknown> {
  try {
    return Promise.resolve(call());
  } catch (error) {
    return Promise.reject(error);
  }
}

function unsendable(error: unknown): JobEngineError {
  const detail = `this cannot be sent to another thread or process: ${messageOf(error)}`;
  return new JobEngineError("INVALID_ARGUMENT", detail, { cause: error });
}
