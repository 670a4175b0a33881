import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { Clock } from "../../ports/clock.ts";
import type { ProgressNode } from "../progress-node.ts";
import { fromThrown, type Ends, type FromThread, type ToThread } from "./messages.ts";

/** News cross 25 times a second. */
const sendEveryMs = 40;

/** What crosses from the half of a node on this thread to the thread that made it, and what comes back. */
export class Line {
  readonly #node: ProgressNode;
  readonly #port: MessagePort;
  readonly #isCanceled: Int32Array;
  readonly #clock: Clock;
  /** Called when the node has ended on the other side. */
  onEnded: () => void = () => undefined;
  #sentAt = -Infinity;
  #sent = "";

  constructor(node: ProgressNode, { port, isCanceled }: Ends, clock: Clock) {
    this.#node = node;
    this.#port = port;
    this.#isCanceled = isCanceled;
    this.#clock = clock;
    // Whoever rests is told here; whoever does not asks `look`.
    port.on("message", (message: ToThread) => this.#hear(message));
    for (const event of ["done", "total"] as const) node.on(event, () => this.send());
    node.on("log", ({ level, text }) => this.post({ kind: "log", level, text }));
  }

  post(message: FromThread): void {
    this.#port.postMessage(message);
  }

  /** Sends how far it is, if that is new. */
  send(): void {
    const { done, total } = this.#node;
    const news = `${done}/${total}`;
    if (news === this.#sent) return;
    this.#sent = news;
    this.#sentAt = this.#clock.elapsed();
    this.post({ kind: "progress", snapshot: this.#node.snapshot() });
  }

  /** What the loop of this thread would do if the work let it: sends, and sees a cancel. */
  look(): void {
    if (Atomics.load(this.#isCanceled, 0) !== 0 && !this.#node.signal.aborted) {
      const received = receiveMessageOnPort(this.#port);
      if (received !== undefined) this.#hear(received.message as ToThread);
    }
    if (this.#clock.elapsed() - this.#sentAt >= sendEveryMs) this.send();
  }

  close(): void {
    this.#port.close();
  }

  #hear(message: ToThread): void {
    switch (message.kind) {
      case "cancel":
        this.#node.cancel(fromThrown(message.reason));
        break;
      case "ended":
        this.onEnded();
        this.close();
        break;
    }
  }
}
