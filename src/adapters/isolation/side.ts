import { JobEngineError } from "../../core/errors.ts";
import type { Snapshot } from "../../core/job-record.ts";
import type { LogLevel } from "../../ports/job.ts";
import type { Sample } from "../../ports/runner.ts";
import type { HostCalls, SideCalls } from "./calls.ts";
import { Link, type Handlers } from "./link.ts";
import type { Place } from "./place.ts";
import { Streams, type Taking } from "./streams.ts";

/** How long a side that was told to end may take to do so; milliseconds. */
const endWithinMs = 1_000;

/** What is told of a run. */
export interface RunEvents {
  /** Its first callback is about to be called. */
  begun(): void;
  prepared(snapshot: Snapshot | null): void;
  sampled(sample: Sample): void;
  logged(level: LogLevel, text: string): void;
  checkpointed(sample: Sample, state: Uint8Array): Promise<void>;
}

/** One life of an isolated plugin: a thread or process, from its start to its end. */
export class Side implements Taking {
  readonly link: Link<SideCalls, HostCalls>;
  /** What the host offers to the other side. */
  readonly streams: Streams = new Streams();
  readonly runs: Map<number, RunEvents> = new Map();
  /** Resolves with the reason, when nothing more comes from there. */
  readonly ended: Promise<string>;
  readonly #place: Place;
  #over: JobEngineError | null = null;

  /** `onEnd` is called before anybody who waits for an answer hears that there will be none. */
  constructor(
    place: Place,
    handlers: (side: Side) => Handlers<HostCalls>,
    onEnd: (side: Side, why: string) => void,
  ) {
    this.#place = place;
    this.link = new Link(place, handlers(this));
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    place.hear({
      message: (message) => this.link.hear(message),
      blocking: (call, answer) => this.link.hearBlocking(call, answer),
      ended: (why) => {
        this.#over = new JobEngineError("PLUGIN_CRASHED", why);
        // Whom it answers goes on in a later turn.
        this.link.end(this.#over);
        onEnd(this, why);
        resolve(why);
      },
    });
  }

  /** Why it is gone; null: it is there. */
  get over(): JobEngineError | null {
    return this.#over;
  }

  get isOver(): boolean {
    return this.#over !== null;
  }

  pull(stream: number): Promise<Uint8Array | null> {
    return this.link.ask("pull", { stream });
  }

  drop(stream: number): void {
    this.link.tell("drop", { stream });
  }

  /** Ends it, whatever it does; at once if something runs there that need not be waited for. */
  async end({ isPatient }: { readonly isPatient: boolean }): Promise<void> {
    if (!isPatient) this.#place.kill();
    this.link.tell("end", null);
    const timer = setTimeout(() => this.#place.kill(), endWithinMs);
    this.#place.hold(true);
    await this.ended;
    clearTimeout(timer);
  }
}
