import { sampleEveryMs } from "../../core/limits.ts";
import type { CallScope } from "../../ports/call-scope.ts";
import type { Clock, Timer } from "../../ports/clock.ts";
import type { JobDescriptor } from "../../ports/job.ts";
import type { Payload, Run, RunListener, RunOrder, Runner } from "../../ports/runner.ts";
import { LoopPayload, type Complain, type PayloadCare } from "./loop-payload.ts";
import { LoopRun, type LoopTurn } from "./loop-run.ts";

/** Synchronous steps give way to the rest of the process after this many milliseconds. */
const budgetMs = 8;

/** Executes JavaScript steps on the event loop. */
export class LoopRunner implements Runner, LoopTurn {
  readonly clock: Clock;
  readonly #care: PayloadCare;
  readonly #runs = new Set<LoopRun>();
  #ticker: Timer | null = null;
  #turnBegan = 0;
  /** Those who go on in turns to come, one in each: a step may take all of its turn. */
  readonly #line: (() => void)[] = [];

  constructor(clock: Clock, scope: CallScope, complain: Complain) {
    this.clock = clock;
    this.#care = { clock, scope, complain };
  }

  own(descriptor: JobDescriptor): Payload {
    return new LoopPayload(descriptor, this.#care);
  }

  start(order: RunOrder, listener: RunListener): Run {
    const run = new LoopRun(order, listener, this);
    this.#runs.add(run);
    this.#ticker ??= this.clock.every(sampleEveryMs, () => this.#tick());
    void run.execute().then((end) => {
      this.#runs.delete(run);
      listener.ended(order.id, end);
      if (end.kind === "detached") void run.returned.then(() => listener.stepReturned(order.id));
    });
    return run;
  }

  breathe(): Promise<void> | null {
    const isInTime = this.clock.elapsed() - this.#turnBegan < budgetMs;
    if (isInTime && this.#line.length === 0) return null;
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#line.push(resolve) === 1) void this.#letGoOn();
    // Whoever has waited goes first: a job that got its slot later must not overtake it.
    else if (isInTime) this.#line.shift()?.();
    return promise;
  }

  async #letGoOn(): Promise<void> {
    while (this.#line.length > 0) {
      // oxlint-disable-next-line no-await-in-loop -- one turn after the other is the point
      await this.clock.yield();
      this.#turnBegan = this.clock.elapsed();
      this.#line.shift()?.();
    }
  }

  #tick(): void {
    for (const run of this.#runs) run.tick();
    if (this.#runs.size > 0) return;
    this.#ticker?.cancel();
    this.#ticker = null;
  }
}
