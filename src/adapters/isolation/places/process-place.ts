import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { watchEnd } from "./child-end.ts";
import { ChildPipe } from "./child-pipe.ts";
import type { BlockingCall, Message } from "../protocol/link.ts";
import type { Place, PlaceEvents, PlaceOptions } from "./place.ts";

/**
 * The child's ends of what it is born with, by their numbers as files. `told`: what the host tells, which
 * its event loop reads. `said`: all that it says, written where it is said, and the answers for which its
 * main thread does nothing else. `lifeline`: nobody writes there; it closes with the host.
 */
export const childFiles = { told: 3, said: 4, lifeline: 5 } as const;

/** What comes through `said` when its main thread waits for the answer. */
export interface SaidBlocking extends BlockingCall {
  readonly kind: "blocking";
}

/**
 * See ChildPipe. A plugin that computes reads nothing meanwhile, and need not be ended for that: so much
 * are the largest states of 256 jobs, all of which begin.
 */
const maxUnread = 268_435_456;

/** The built package has no .ts files, and the compiler does not rewrite names like this one. */
const entry = fileURLToPath(
  new URL(`../../../isolated/entry${extname(new URL(import.meta.url).pathname)}`, import.meta.url),
);

/** Opens a child process: whatever it does ends it alone, a crash of native code too. */
export function openProcess({ execArgv, heapLimitMb }: PlaceOptions): Place {
  const limit = heapLimitMb === null ? [] : [`--max-old-space-size=${heapLimitMb}`];
  const child = spawn(process.execPath, [...execArgv, ...limit, entry], {
    stdio: ["ignore", "inherit", "inherit", "pipe", "pipe", "pipe"],
  });
  // A child that could not be started says so in a later turn, and then nobody else listens.
  child.on("error", ignore);
  const pipes = pipesOf(child);
  const { told, said, lifeline } = pipes;
  // What breaks them breaks `said` too, whose end is heard.
  for (const pipe of [told, lifeline]) pipe.hold(false);
  return {
    send: (message) => told.send(message),
    hold(isAwaited) {
      child[isAwaited ? "ref" : "unref"]();
      said.hold(isAwaited);
    },
    kill: () => void child.kill("SIGKILL"),
    hear: (events) => listen(child, pipes, events),
  };
}

type Pipes = Readonly<Record<keyof typeof childFiles, ChildPipe>>;

function pipesOf(child: ChildProcess): Pipes {
  const stdio = child.stdio as readonly unknown[] | undefined;
  const pipeOf = (file: number): ChildPipe => {
    const socket = stdio?.[file];
    if (socket instanceof Socket) return new ChildPipe(socket, maxUnread);
    throw new Error("the process could not be started");
  };
  const { told, said, lifeline } = childFiles;
  return { told: pipeOf(told), said: pipeOf(said), lifeline: pipeOf(lifeline) };
}

function listen(child: ChildProcess, { told, said, lifeline }: Pipes, events: PlaceEvents): void {
  const endChild = watchEnd(child, said, (why) => {
    for (const pipe of [told, said, lifeline]) pipe.destroy();
    events.ended(why);
  });
  const serve = (value: unknown): void => {
    if (!isBlocking(value)) events.message(value as Message);
    else events.blocking(value, (answered) => said.send(answered));
  };
  said.hear(serve, endChild);
  for (const pipe of [told, lifeline]) pipe.hearNothing(endChild);
}

function isBlocking(value: unknown): value is SaidBlocking {
  return (Object(value) as { readonly kind?: unknown }).kind === "blocking";
}

function ignore(): void {}
