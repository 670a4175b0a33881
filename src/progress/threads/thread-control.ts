import type { Control } from "../control.ts";
import type { LogLevel } from "../log-book.ts";
import { trackComing, trackEach } from "../track.ts";
import type { Line } from "./line.ts";

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
