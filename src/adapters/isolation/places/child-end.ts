import type { ChildProcess } from "node:child_process";

/**
 * How long after its end what a child had sent may still come, in milliseconds: somebody else may hold
 * its pipe. And how long after the end of its pipe it may take to end.
 */
const lastWordsMs = 1_000;

/** What a child sends by. */
export interface Way {
  isOpen(): boolean;
  onEnd(hear: () => void): void;
}

/**
 * Calls `ended` once, when a child is gone and nothing more comes from it. What is returned ends the
 * child, for a reason that is told then.
 */
export function watchEnd(
  child: ChildProcess,
  way: Way,
  ended: (why: string) => void,
): (why: string) => void {
  let fault: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isOver = false;
  const end = (): void => {
    if (timer !== null) clearTimeout(timer);
    if (isOver) return;
    isOver = true;
    ended(fault ?? "its process is gone");
  };
  child.on("error", (error) => {
    fault ??= error.message;
    // It was never started.
    if (child.pid === undefined) end();
  });
  way.onEnd(() => {
    if (child.exitCode !== null || child.signalCode !== null) return end();
    // It is about to end, or else of no use.
    timer ??= setTimeout(() => child.kill("SIGKILL"), lastWordsMs);
  });
  child.once("exit", (code, signal) => {
    const how = signal === null ? `ended with the code ${code}` : `died of ${signal}`;
    fault ??= `its process ${how}`;
    if (!way.isOpen()) return end();
    timer = setTimeout(end, lastWordsMs);
  });
  return (why) => {
    fault ??= why;
    child.kill("SIGKILL");
  };
}
