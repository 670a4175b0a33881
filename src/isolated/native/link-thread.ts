/**
 * The thread of an isolated native plugin's process that speaks with the host. No callback of the
 * plugin runs on it, so whoever waits for the host is answered, whatever the main thread does. When
 * the host is gone it answers everybody and ends the process.
 */
import { Socket } from "node:net";
import { parentPort } from "node:worker_threads";
import { Frames, frameOf, readFrame } from "../../adapters/isolation/protocol/frames.ts";
import { Link, type Message, type Wire } from "../../adapters/isolation/protocol/link.ts";
import { linkFile } from "../../adapters/isolation/places/native-place.ts";
import { JobEngineError } from "../../core/errors.ts";
import type { HomeCalls, NoCalls } from "./plugin-home.ts";
import { ServedPlugin } from "./served-plugin.ts";

/** How long the process may take to end by itself when its host is gone; milliseconds. */
const graceMs = 1_000;

/** Threads that live as long as the process need no holding. */
function hold(): void {}

function serve(): void {
  const port = parentPort;
  if (port === null) throw new Error("INTERNAL_NOT_A_THREAD");
  const socket = new Socket({ fd: linkFile, readable: true, writable: true });
  const wire: Wire = { send: (message) => void socket.write(frameOf(message)), hold };
  const home = new Link<HomeCalls, NoCalls>(
    { send: (message) => port.postMessage(message), hold },
    {},
  );
  port.on("message", (message: Message) => home.hear(message));
  const plugin = new ServedPlugin(wire, home);
  const frames = new Frames();
  socket.on("data", (chunk: Buffer) => {
    for (const frame of frames.take(chunk)) plugin.hear(readFrame(frame) as Message);
  });
  socket.on("error", () => undefined);
  socket.once("close", () => {
    plugin.hostIsGone(new JobEngineError("CLOSING", "the host is gone"));
    home.tell("end", null);
    setTimeout(() => process.kill(process.pid, "SIGKILL"), graceMs);
  });
}

serve();
