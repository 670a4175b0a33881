import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { LogLevel } from "../log-book.ts";
import type { Measure } from "../measure.ts";
import type { Warnings } from "../warnings.ts";
import { toThrown, type Ends, type ThreadNews, type ToThread } from "./messages.ts";

/** A new line to a thread: the end that stays here, and the ends that go there. */
export function openLine(): { readonly own: MessagePort; readonly ends: Ends } {
  const { port1, port2 } = new MessageChannel();
  const isCanceled = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return { own: port1, ends: { port: port2, isCanceled } };
}

export function askToStop(own: MessagePort, { isCanceled }: Ends, reason: unknown): void {
  own.postMessage({ kind: "cancel", reason: toThrown(reason) } satisfies ToThread);
  // After the message, so that who sees this finds it.
  Atomics.store(isCanceled, 0, 1);
}

/** Whom news are of. */
export interface Hearing {
  readonly control: {
    report(done: number): void;
    setTotal(total: number | null): void;
    log(level: LogLevel, text: string): void;
  };
  readonly warnings: Warnings;
  readonly measure: Measure;
}

export function hear(news: ThreadNews, { control, warnings, measure }: Hearing): void {
  switch (news.kind) {
    case "progress": {
      const { done, total } = news.snapshot;
      if (measure.total !== total) control.setTotal(total);
      if (measure.done < done) control.report(done);
      break;
    }
    case "log":
      control.log(news.level, news.text);
      break;
    case "warning":
      warnings.relay(news.code, news.message);
      break;
  }
}
