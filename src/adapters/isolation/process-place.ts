import { fork, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize } from "node:v8";
import { Frames, frameOf } from "./frames.ts";
import type { BlockingCall, Message } from "./link.ts";
import type { Place, PlaceEvents, PlaceOptions } from "./place.ts";

/** The child's ends of what it is born with, by their numbers as files. */
export const childFiles = { blocking: 4, lifeline: 5 } as const;

/** How long after its end what a child had sent may still come; somebody else may hold its pipe. */
const lastWordsMs = 1_000;

/** The built package has no .ts files, and the compiler does not rewrite names like this one. */
const entry = fileURLToPath(
  new URL(`../../isolated/entry${extname(new URL(import.meta.url).pathname)}`, import.meta.url),
);

/** Opens a child process: whatever it does ends it alone, a crash of native code too. */
export function openProcess({ execArgv, heapLimitMb }: PlaceOptions): Place {
  const limit = heapLimitMb === null ? [] : [`--max-old-space-size=${heapLimitMb}`];
  const child = fork(entry, [], {
    execArgv: [...execArgv, ...limit],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc", "pipe", "pipe"],
  });
  const pipes = [childFiles.blocking, childFiles.lifeline].map(
    (file) => (child.stdio as readonly unknown[])[file] as Socket,
  );
  const hold = (isAwaited: boolean): void => {
    const way = isAwaited ? "ref" : "unref";
    child[way]();
    child.channel?.[way]();
  };
  // What breaks here breaks the channel too, whose end is heard.
  for (const pipe of pipes) pipe.unref().on("error", ignore);
  return {
    send: (message) => void child.send(message, ignore),
    hold,
    kill: () => void child.kill("SIGKILL"),
    hear: (events) => listen(child, pipes, events),
  };
}

function listen(child: ChildProcess, pipes: readonly Socket[], events: PlaceEvents): void {
  let fault: string | null = null;
  child.on("message", (message) => events.message(message as Message));
  child.on("error", (error) => {
    fault ??= error.message;
    if (child.pid === undefined) end();
  });
  // A child that cannot be talked to is of no use.
  child.once("disconnect", () => void child.kill("SIGKILL"));
  child.once("exit", (code, signal) => {
    fault ??=
      signal === null ? `its process ended with the code ${code}` : `its process died of ${signal}`;
    if (!child.connected) return end();
    const timer = setTimeout(end, lastWordsMs);
    child.once("disconnect", () => {
      clearTimeout(timer);
      end();
    });
  });
  serveBlocking(pipes[0], events);

  let isOver = false;
  function end(): void {
    if (isOver) return;
    isOver = true;
    for (const pipe of pipes) pipe.destroy();
    events.ended(fault ?? "its process is gone");
  }
}

function serveBlocking(pipe: Socket | undefined, events: PlaceEvents): void {
  const frames = new Frames();
  pipe?.on("data", (chunk: Buffer) => {
    for (const frame of frames.take(chunk)) {
      events.blocking(deserialize(frame) as BlockingCall, (answered) =>
        pipe.write(frameOf(answered)),
      );
    }
  });
}

function ignore(): void {}
