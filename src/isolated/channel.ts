import { readSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { deserialize } from "node:v8";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { nearError } from "../adapters/isolation/protocol/far-error.ts";
import { Frames, frameOf, readFrame } from "../adapters/isolation/protocol/frames.ts";
import type { Answered, BlockingCall, Message, Wire } from "../adapters/isolation/protocol/link.ts";
import { childFiles, type SaidBlocking } from "../adapters/isolation/places/process-place.ts";
import type { ThreadData } from "../adapters/isolation/places/thread-place.ts";

/** The way from an isolated plugin to its host. */
export interface Channel extends Wire {
  hear(message: (message: Message) => void): void;
  /** Blocks this thread until the host has answered, which never waits for it. Throws what it throws. */
  block(call: BlockingCall): unknown;
}

/** With so many messages that the host has not heard, a thread waits until it has heard half of them. */
const mostUnheard = 1_000;

/** It is looked anew so often, should nobody wake it; milliseconds. */
const lookEveryMs = 100;

/** The channel of a worker thread. */
export function threadChannel(): Channel {
  const port = parentPort;
  if (port === null) throw new Error("INTERNAL_NOT_A_THREAD");
  const { blocking, answered, heard } = workerData as ThreadData;
  const post = port.postMessage.bind(port);
  let sent = 0;
  const unheard = (): number => (sent - Atomics.load(heard, 0)) | 0;
  const send = (...message: Parameters<typeof post>): void => {
    post(...message);
    sent = (sent + 1) | 0;
    if (unheard() < mostUnheard) return;
    while (unheard() > mostUnheard / 2) Atomics.wait(heard, 0, Atomics.load(heard, 0), lookEveryMs);
  };
  // What the plugin posts by itself stands in the same queue, in the host's memory.
  port.postMessage = send;
  return {
    send: (message) => send(message),
    hold: ignore,
    hear: (hear) => void port.on("message", hear),
    block(call) {
      blocking.postMessage(call);
      for (;;) {
        const before = Atomics.load(answered, 0);
        const answer = receiveMessageOnPort(blocking);
        if (answer !== undefined) return valueOf(answer.message as Answered);
        Atomics.wait(answered, 0, before);
      }
    },
  };
}

/**
 * The channel of a child process. What it says is written where it is said, and waits for room: so it is
 * out if the process ends in the next line, and stands before the question that blocks its asker.
 */
export function processChannel(): Channel {
  const { told, said } = childFiles;
  return {
    send: (message) => writeAll(said, frameOf(message)),
    hold: ignore,
    hear: (hear) => hearFrames(told, hear),
    block(call) {
      const frames = new Frames();
      const chunk = Buffer.alloc(65_536);
      writeAll(said, frameOf({ kind: "blocking", ...call } satisfies SaidBlocking));
      for (;;) {
        const length = readSync(said, chunk);
        if (length === 0) hostIsGone();
        const [answer] = frames.take(Buffer.from(chunk.subarray(0, length)));
        if (answer !== undefined) return valueOf(deserialize(answer) as Answered);
      }
    },
  };
}

function hearFrames(file: number, hear: (message: Message) => void): void {
  const frames = new Frames();
  const socket = new Socket({ fd: file, readable: true, writable: false });
  socket.on("error", ignore);
  socket.once("close", hostIsGone);
  socket.on("data", (chunk: Buffer) => {
    for (const frame of frames.take(chunk)) hear(readFrame(frame) as Message);
  });
}

/** @throws {Error} it cannot be written, and the host is there */
function writeAll(file: number, bytes: Buffer): void {
  try {
    for (let rest = bytes; rest.byteLength > 0;) rest = rest.subarray(writeSync(file, rest));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPIPE") hostIsGone();
    throw error;
  }
}

function hostIsGone(): never {
  process.exit(1);
}

function valueOf(answered: Answered): unknown {
  if ("error" in answered) throw nearError(answered.error);
  return answered.value;
}

function ignore(): void {}
