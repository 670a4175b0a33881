import type { Socket } from "node:net";
import { messageOf } from "../../../core/thrown.ts";
import { Frames, frameOf, readFrame } from "../protocol/frames.ts";

/** Ends a child, for a reason. */
type EndChild = (why: string) => void;

/**
 * The host's end of a pipe to a child. It is our own and not the one of `fork`, whose reader throws
 * where nobody can catch it when a plugin writes to its descriptor. Here whatever comes ends the child
 * at most: a frame has a largest size, and what cannot be read is a crash of the plugin.
 */
export class ChildPipe {
  readonly #socket: Socket;
  readonly #maxUnread: number;
  #endChild: EndChild = ignore;

  /** `maxUnread`: most bytes that wait for the child to read them; with more it is ended. */
  constructor(socket: Socket, maxUnread: number) {
    this.#socket = socket;
    this.#maxUnread = maxUnread;
    // What breaks it ends it, too.
    socket.on("error", ignore);
  }

  isOpen(): boolean {
    return !this.#socket.closed;
  }

  /** @throws if the value cannot be sent: nothing was sent then */
  send(value: unknown): void {
    this.#socket.write(frameOf(value));
    // What waits for it must not fill the memory of this process.
    if (this.#socket.writableLength > this.#maxUnread) {
      this.#endChild("it does not read what it is told");
    }
  }

  /** Hands over what comes, as it was sent. REQUIRES: called once, in the turn in which the child started. */
  hear(told: (value: unknown) => void, endChild: EndChild): void {
    this.#endChild = endChild;
    const frames = new Frames();
    let isReadable = true;
    this.#socket.on("data", (chunk: Buffer) => {
      // Behind what cannot be read nothing can; it is taken, so that the end of the pipe comes.
      if (!isReadable) return;
      try {
        for (const frame of frames.take(chunk)) told(readFrame(frame));
      } catch (error) {
        isReadable = false;
        endChild(`it sent what cannot be read: ${messageOf(error)}`);
      }
    });
  }

  /** Nothing must come. REQUIRES: as `hear`, instead of it. */
  hearNothing(endChild: EndChild): void {
    this.#endChild = endChild;
    this.#socket.on("data", () => endChild("it wrote where nothing is read"));
  }

  onEnd(hear: () => void): void {
    this.#socket.once("close", hear);
  }

  hold(isAwaited: boolean): void {
    this.#socket[isAwaited ? "ref" : "unref"]();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

function ignore(): void {}
