import { extname } from "node:path";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { messageOf } from "../../../core/thrown.ts";
import type { Answered, BlockingCall, Message } from "../protocol/link.ts";
import type { Place, PlaceEvents, PlaceOptions } from "./place.ts";

/** What the thread is born with. */
export interface ThreadData {
  readonly kind: "thread";
  /** Blocking calls go through it, and their answers come. */
  readonly blocking: MessagePort;
  /** One number, which goes up with each such answer. */
  readonly answered: Int32Array;
  /** One number, which goes up with each message of the thread that the host has heard. */
  readonly heard: Int32Array;
}

/** The built package has no .ts files, and the compiler does not rewrite names like this one. */
const entry = new URL(
  `../../../isolated/entry${extname(new URL(import.meta.url).pathname)}`,
  import.meta.url,
);

/** Opens a worker thread: what it throws, its process.exit and its heap limit end it alone. */
export function openThread({ name, execArgv, heapLimitMb }: PlaceOptions): Place {
  const { port1: own, port2: blocking } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const heard = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: ThreadData = { kind: "thread", blocking, answered, heard };
  const worker = new Worker(entry, {
    name,
    execArgv: [...execArgv],
    workerData,
    transferList: [blocking],
    ...(heapLimitMb !== null && { resourceLimits: { maxOldGenerationSizeMb: heapLimitMb } }),
  });
  const answer = (message: Answered): void => {
    own.postMessage(message);
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  };
  worker.on("message", () => {
    Atomics.add(heard, 0, 1);
    Atomics.notify(heard, 0);
  });
  return {
    send: (message) => worker.postMessage(message),
    hold: (isAwaited) => (isAwaited ? worker.ref() : worker.unref()),
    kill: () => void worker.terminate(),
    hear: (events) => listen(worker, own, answer, events),
  };
}

function listen(
  worker: Worker,
  own: MessagePort,
  answer: (message: Answered) => void,
  events: PlaceEvents,
): void {
  let fault: string | null = null;
  // Whatever was thrown: it need not be an Error.
  const note = (error: unknown): void => {
    fault ??= messageOf(error);
  };
  worker.on("message", (message: Message) => events.message(message));
  worker.on("error", note);
  worker.on("messageerror", (error) => {
    note(error);
    void worker.terminate();
  });
  own.on("message", (call: BlockingCall) => events.blocking(call, answer));
  own.unref();
  worker.once("exit", (code) => {
    own.close();
    events.ended(fault ?? `its thread ended with the code ${code}`);
  });
}
