import type { MessagePort } from "node:worker_threads";
import { describeThrown } from "../errors.ts";
import type { LogLevel } from "../log-book.ts";
import type { WarningCode } from "../warnings.ts";
import type { Snapshot } from "../snapshot.ts";

/** A thread's end of a line. */
export interface Ends {
  /** Reports go out of it, and the request to cancel comes in. */
  readonly port: MessagePort;
  /** Not 0 as soon as a request to cancel waits in the port: a loop that never rests sees it too. */
  readonly isCanceled: Int32Array;
}

/** What a thread is sent to begin a task; its end closes the port. */
export interface Begin extends Ends {
  readonly name: string;
  readonly total: number | null;
  /** The URL of the module whose `work` is done. */
  readonly module: string;
  readonly data: unknown;
}

export type ToThread =
  | { readonly kind: "cancel"; readonly reason: Thrown }
  /** The node has ended; nobody hears what the thread says. */
  | { readonly kind: "ended" };

export type FromThread = ThreadNews | ThreadEnd;

/** What the work says on its way. */
export type ThreadNews =
  | { readonly kind: "progress"; readonly snapshot: Snapshot }
  | { readonly kind: "log"; readonly level: LogLevel; readonly text: string }
  | { readonly kind: "warning"; readonly code: WarningCode; readonly message: string };

/** How it ended. */
export type ThreadEnd =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: Thrown }
  /** It was asked to stop, and did. */
  | { readonly kind: "obeyed" };

export const isNews = (message: FromThread): message is ThreadNews =>
  message.kind === "progress" || message.kind === "log" || message.kind === "warning";

/** What was thrown, or a reason. Cloning an Error as it is would lose its name and its code. */
export type Thrown =
  | { readonly kind: "value"; readonly value: unknown }
  | {
      readonly kind: "error";
      readonly name: string;
      readonly message: string;
      readonly code: unknown;
      readonly stack: string | undefined;
    };

export function toThrown(thrown: unknown): Thrown {
  if (!(thrown instanceof Error)) return { kind: "value", value: cloneable(thrown) };
  const { name, message } = describeThrown(thrown);
  const code = cloneable((thrown as { readonly code?: unknown }).code);
  return { kind: "error", name, message, code, stack: thrown.stack };
}

export function fromThrown(thrown: Thrown): unknown {
  if (thrown.kind === "value") return thrown.value;
  const { name, message, code, stack } = thrown;
  const error = new Error(message);
  // As the classes of the language have it: not among what is enumerated.
  for (const [key, value] of Object.entries({ name, stack })) {
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  }
  return code === undefined ? error : Object.assign(error, { code });
}

/** The value, or in words what cannot cross to another thread. */
function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return describeThrown(value).message;
  }
}
