import type { Answered, BlockingCall, Message, Wire } from "../protocol/link.ts";

/** Where an isolated plugin runs. */
export type IsolationKind = "thread" | "process";

/** What a place tells. Nothing comes after `ended`. */
export interface PlaceEvents {
  message(message: Message): void;
  /** Somebody there does nothing until this is answered. */
  blocking(call: BlockingCall, answer: (answered: Answered) => void): void;
  /** The thread or process is gone, whyever; all it had sent was told. */
  ended(why: string): void;
}

/** A thread or a process of its own, from its start to its end. */
export interface Place extends Wire {
  /** REQUIRES: called once, in the turn in which the place was opened. */
  hear(events: PlaceEvents): void;
  /** Ends it at once, whatever it does; `ended` is told when it is gone. Idempotent. */
  kill(): void;
}

export interface PlaceOptions {
  /** For logs and debuggers. */
  readonly name: string;
  /** Flags of Node.js with which it starts. */
  readonly execArgv: readonly string[];
  /** Largest JavaScript heap, in MiB; null: what Node.js thinks fit. */
  readonly heapLimitMb: number | null;
}

export type OpenPlace = (options: PlaceOptions) => Place;

/** Flags that decide how modules are found and loaded; a plugin is to be loaded as it would be here. */
const loading =
  /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C|--disable-warning)$/;
const alone =
  /^--(?:enable-source-maps|preserve-symlinks|no-warnings|experimental-(?:strip|transform)-types)$/;

/** Those of this process's flags that the other side needs too; others, `--eval` say, would break it. */
export function loadingFlags(execArgv: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const [index, flag] of execArgv.entries()) {
    const [name = ""] = flag.split("=", 1);
    if (alone.test(flag) || (loading.test(name) && flag.includes("="))) kept.push(flag);
    else if (loading.test(flag)) kept.push(flag, execArgv[index + 1] ?? "");
  }
  return kept;
}
