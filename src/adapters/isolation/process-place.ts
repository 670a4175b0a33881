import { fork, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize } from "node:v8";
import { messageOf } from "../../core/thrown.ts";
import { watchEnd } from "./child-end.ts";
import { Frames, frameOf } from "./frames.ts";
import type { BlockingCall, Message } from "./link.ts";
import type { Place, PlaceEvents, PlaceOptions } from "./place.ts";

/** The child's ends of what it is born with, by their numbers as files. */
export const childFiles = { blocking: 4, lifeline: 5 } as const;

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
  // A child that could not be started says so in a later turn, and then nobody else listens.
  child.on("error", ignore);
  if (!Array.isArray(child.stdio)) throw new Error("the process could not be started");
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
  const [blocking] = pipes;
  const way = {
    isOpen: (): boolean => child.connected,
    onEnd: (hear: () => void): void => void child.once("disconnect", hear),
  };
  const broken = watchEnd(child, way, (why) => {
    for (const pipe of pipes) pipe.destroy();
    events.ended(why);
  });
  child.on("message", (message) => events.message(message as Message));
  if (blocking !== undefined) serveBlocking(blocking, events, broken);
}

/** `broken`: what comes there cannot be read. */
function serveBlocking(pipe: Socket, events: PlaceEvents, broken: (why: string) => void): void {
  const frames = new Frames();
  const serve = (frame: Buffer): void => {
    events.blocking(deserialize(frame) as BlockingCall, (answered) =>
      pipe.write(frameOf(answered)),
    );
  };
  pipe.on("data", (chunk: Buffer) => {
    try {
      for (const frame of frames.take(chunk)) serve(frame);
    } catch (error) {
      broken(`it sent what cannot be read: ${messageOf(error)}`);
    }
  });
}

function ignore(): void {}
