import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { watchEnd } from "./child-end.ts";
import { ChildPipe } from "./child-pipe.ts";
import type { Message } from "../protocol/link.ts";
import type { Place, PlaceOptions } from "./place.ts";

/** The child's end of the only way between the two, by its number as a file. */
export const linkFile = 3;

/** See ChildPipe: the thread that reads there runs nobody else's code. */
const maxUnread = 67_108_864;

/** The built package has no .ts files, and the compiler does not rewrite names like this one. */
const entry = fileURLToPath(
  new URL(
    `../../../isolated/native/entry${extname(new URL(import.meta.url).pathname)}`,
    import.meta.url,
  ),
);

/**
 * Opens a child process for a native plugin. Its channel is a socket pair that a thread of its own
 * reads there: the main thread can be held up by the plugin.
 */
export function openNativeProcess({ execArgv, heapLimitMb }: PlaceOptions): Place {
  const limit = heapLimitMb === null ? [] : [`--max-old-space-size=${heapLimitMb}`];
  const child = spawn(process.execPath, [...execArgv, ...limit, entry], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  // A child that could not be started says so in a later turn, and then nobody else listens.
  child.on("error", ignore);
  const socket = (child.stdio as readonly unknown[] | undefined)?.[linkFile];
  if (!(socket instanceof Socket)) throw new Error("the process could not be started");
  const link = new ChildPipe(socket, maxUnread);
  return {
    send: (message) => link.send(message),
    hold(isAwaited) {
      child[isAwaited ? "ref" : "unref"]();
      link.hold(isAwaited);
    },
    kill: () => void child.kill("SIGKILL"),
    hear(events) {
      const endChild = watchEnd(child, link, (why) => {
        link.destroy();
        events.ended(why);
      });
      link.hear((message) => events.message(message as Message), endChild);
    },
  };
}

function ignore(): void {}
