import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { Clock } from "../../ports/clock.ts";
import type { Control } from "../control.ts";
import type { LogLevel } from "../log-book.ts";
import type { Task } from "../task.ts";
import { trackComing, trackEach } from "../track.ts";
import { fromThrown, type Begin, type FromThread, type ToThread } from "./messages.ts";

/** News cross 25 times a second. */
const sendEveryMs = 40;

/** The task's other half: what crosses to the thread that made it, and the cancel that comes back. */
export class Line {
  readonly #task: Task<unknown>;
  readonly #port: MessagePort;
  readonly #isCanceled: Int32Array;
  readonly #clock: Clock;
  #sentAt = -Infinity;
  #sent = "";

  constructor(task: Task<unknown>, { port, isCanceled }: Begin, clock: Clock) {
    this.#task = task;
    this.#port = port;
    this.#isCanceled = isCanceled;
    this.#clock = clock;
    // Whoever rests is told here; whoever does not asks `look`.
    port.on("message", (message: ToThread) => this.#cancel(message));
  }

  post(message: FromThread): void {
    this.#port.postMessage(message);
  }

  /** Sends how far it is, if that is new. */
  send(): void {
    const { done, total } = this.#task;
    const news = `${done}/${total}`;
    if (news === this.#sent) return;
    this.#sent = news;
    this.#sentAt = this.#clock.elapsed();
    this.post({ kind: "progress", snapshot: this.#task.snapshot() });
  }

  /** What the loop of this thread would do if the work let it: sends, and sees a cancel. */
  look(): void {
    if (Atomics.load(this.#isCanceled, 0) !== 0 && !this.#task.signal.aborted) {
      const received = receiveMessageOnPort(this.#port);
      if (received !== undefined) this.#cancel(received.message as ToThread);
    }
    if (this.#clock.elapsed() - this.#sentAt >= sendEveryMs) this.send();
  }

  close(): void {
    this.#port.close();
  }

  #cancel({ reason }: ToThread): void {
    this.#task.cancel(fromThrown(reason));
  }
}

/** The control of work on a thread: looks at the line whenever it is used. */
export class ThreadControl implements Control {
  readonly #control: Control;
  readonly #line: Line;

  constructor(control: Control, line: Line) {
    this.#control = control;
    this.#line = line;
  }

  get signal(): AbortSignal {
    this.#line.look();
    return this.#control.signal;
  }

  report(done: number): void {
    this.#control.report(done);
    this.#line.look();
  }

  advance(by?: number): void {
    this.#control.advance(by);
    this.#line.look();
  }

  setTotal(total: number | null): void {
    this.#control.setTotal(total);
    this.#line.look();
  }

  log(level: LogLevel, text: string): void {
    this.#control.log(level, text);
    this.#line.look();
  }

  onCancel(listener: (reason: unknown) => void): Disposable {
    this.#line.look();
    return this.#control.onCancel(listener);
  }

  callback(): (done: number) => void {
    const callback = this.#control.callback();
    return (done) => {
      callback(done);
      this.#line.look();
    };
  }

  track<I>(items: Iterable<I>, total?: number): Iterable<I>;
  track<I>(items: AsyncIterable<I>, total?: number): AsyncIterable<I>;
  track<I>(items: Iterable<I> | AsyncIterable<I>, total?: number): Iterable<I> | AsyncIterable<I> {
    const size = total ?? null;
    if (Symbol.asyncIterator in items) return trackComing(this, items, size);
    return trackEach(this, items, size);
  }
}
