import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize } from "node:v8";
import { messageOf } from "../../core/thrown.ts";
import { watchEnd } from "./child-end.ts";
import { Frames, frameOf } from "./frames.ts";
import type { Message } from "./link.ts";
import type { Place, PlaceEvents, PlaceOptions } from "./place.ts";

/** The child's end of the only way between the two, by its number as a file. */
export const linkFile = 3;

/** Most bytes that wait for the child to read them; with more it is ended. */
const maxUnread = 67_108_864;

/** The built package has no .ts files, and the compiler does not rewrite names like this one. */
const entry = fileURLToPath(
  new URL(
    `../../isolated/native/entry${extname(new URL(import.meta.url).pathname)}`,
    import.meta.url,
  ),
);

/**
 * Opens a child process for a native plugin. Its channel is a socket pair that a thread of its own
 * reads there: the one of `fork` belongs to the main thread, which the plugin can hold up.
 */
export function openNativeProcess({ execArgv, heapLimitMb }: PlaceOptions): Place {
  const limit = heapLimitMb === null ? [] : [`--max-old-space-size=${heapLimitMb}`];
  const child = spawn(process.execPath, [...execArgv, ...limit, entry], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  // A child that could not be started says so in a later turn, and then nobody else listens.
  child.on("error", ignore);
  const link = (child.stdio as readonly unknown[] | undefined)?.[linkFile];
  if (!(link instanceof Socket)) throw new Error("the process could not be started");
  // What breaks it ends it, too.
  link.on("error", ignore);
  let broken: (why: string) => void = ignore;
  return {
    send(message) {
      link.write(frameOf(message));
      // It does not read: what waits for it must not fill the memory of this process.
      if (link.writableLength > maxUnread) broken("it does not read what it is told");
    },
    hold(isAwaited) {
      const way = isAwaited ? "ref" : "unref";
      child[way]();
      link[way]();
    },
    kill: () => void child.kill("SIGKILL"),
    hear(events) {
      broken = listen(child, link, events);
    },
  };
}

/** What is returned ends it, with a reason. */
function listen(child: ChildProcess, link: Socket, events: PlaceEvents): (why: string) => void {
  const way = {
    isOpen: (): boolean => !link.closed,
    onEnd: (hear: () => void): void => void link.once("close", hear),
  };
  const broken = watchEnd(child, way, (why) => {
    link.destroy();
    events.ended(why);
  });
  hearFrames(link, events, broken);
  return broken;
}

/** `broken`: what comes cannot be read. */
function hearFrames(link: Socket, events: PlaceEvents, broken: (why: string) => void): void {
  const frames = new Frames();
  link.on("data", (chunk: Buffer) => {
    try {
      for (const frame of frames.take(chunk)) events.message(readFrame(frame));
    } catch (error) {
      broken(`it sent what cannot be read: ${messageOf(error)}`);
    }
  });
}

/** A message, with bytes of its own: what is kept of it must not keep what came with it. */
export function readFrame(frame: Buffer): Message {
  return deserialize(new Uint8Array(frame)) as Message;
}

function ignore(): void {}
