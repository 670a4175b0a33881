import { JobEngineError } from "../../../core/errors.ts";
import type { Snapshot } from "../../../core/job-record.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { JsonValue, LogLevel } from "../../../ports/job.ts";
import type { ProgressSnapshot } from "../../../ports/progress.ts";
import type { OpenOutput, Sample } from "../../../ports/runner.ts";
import type { FarJob, HostCalls, SideCalls } from "../protocol/calls.ts";
import { messageOf } from "../../../core/thrown.ts";
import { isMessage, Link, type Handlers } from "../protocol/link.ts";
import type { Place } from "../places/place.ts";
import { Silence } from "./silence.ts";
import { Streams, type Taking } from "../protocol/streams.ts";

/** How long a side that was told to end may take to do so; milliseconds. */
const endWithinMs = 1_000;

/** Longest words of what was wrong with a message, in characters. */
const maxFaultChars = 1_000;

const leftAlone = "it did not end when it was ended, as native code does not; it is left alone";

/** What is told of a run. */
export interface RunEvents {
  /** Its first callback is about to be called. */
  begun(): void;
  prepared(snapshot: Snapshot | null): void;
  sampled(sample: Sample): void;
  logged(level: LogLevel, text: string, data: JsonValue | undefined): void;
  treeChanged(tree: ProgressSnapshot): void;
  checkpointed(sample: Sample, state: Uint8Array): Promise<void>;
  openOutput(key: string, mime: string): OpenOutput;
}

export interface SideParts {
  readonly place: Place;
  readonly clock: Clock;
  readonly handlers: (side: Side) => Handlers<HostCalls>;
  /** Called before anybody who waits for an answer hears that there will be none. */
  readonly onEnd: (side: Side, why: string) => void;
}

/** One life of an isolated plugin: a thread or process, from its start to its end. */
export class Side implements Taking {
  readonly link: Link<SideCalls, HostCalls>;
  /** What the host offers to the other side. */
  readonly streams: Streams = new Streams();
  readonly runs: Map<number, RunEvents> = new Map();
  /** Outputs that are being written there, by the numbers of that side. */
  readonly outputs: Map<number, OpenOutput> = new Map();
  /** Jobs of submits that are on their way, by the numbers of that side. */
  readonly batches: Map<number, FarJob[]> = new Map();
  readonly silence: Silence;
  /** The runs whose steps took too long, and for which it was ended. */
  readonly overdue: Set<number> = new Set();
  /** It has said itself which steps these are, and did not just fall silent. */
  hasNamed = false;
  /** Resolves with the reason, when nothing more comes from there. */
  readonly ended: Promise<string>;
  readonly #place: Place;
  /** Nothing more comes from there, or is listened to. Idempotent. */
  readonly #finish: (why: string) => void;
  #over: JobEngineError | null = null;
  /** Why it is being ended, if it has sent what is malformed. */
  #fault: string | null = null;

  constructor({ place, clock, handlers, onEnd }: SideParts) {
    this.#place = place;
    this.silence = new Silence(clock, (runs) => {
      if (this.overdue.size === 0) this.endFor(runs);
    });
    this.link = new Link(place, handlers(this), (error) => this.broken(error));
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#finish = (how) => {
      if (this.#over !== null) return;
      const why = this.#fault ?? how;
      this.#over = new JobEngineError("PLUGIN_CRASHED", why);
      // Whom it answers goes on in a later turn.
      this.link.end(this.#over);
      for (const output of this.outputs.values()) void output.discard();
      onEnd(this, why);
      resolve(why);
    };
    place.hear({
      // The plugin may have sent something of its own.
      message: (message) => isMessage(message) && this.#hear(() => this.link.hear(message)),
      blocking: (call, answer) => this.#hear(() => this.link.hearBlocking(call, answer)),
      ended: (why) => this.#finish(why),
    });
  }

  /** Whatever comes from there, it must not be thrown in this process. */
  #hear(handle: () => void): void {
    if (this.#over !== null || this.#fault !== null) return;
    this.silence.heard();
    try {
      handle();
    } catch (error) {
      this.broken(error);
    }
  }

  /** What it has sent is malformed, or cannot be answered: it is ended, and not heard any more. Idempotent. */
  broken(error: unknown): void {
    if (this.#over !== null || this.#fault !== null) return;
    this.#fault = `it sent what cannot be understood: ${messageOf(error).slice(0, maxFaultChars)}`;
    this.#kill(this.#fault);
  }

  /** What it has told, as `read` reads it. If that throws the side ends. @throws {JobEngineError} PLUGIN_CRASHED */
  read<Told>(read: () => Told): Told {
    try {
      return read();
    } catch (error) {
      this.broken(error);
      throw new JobEngineError("PLUGIN_CRASHED", messageOf(error));
    }
  }

  /** The same for an answer; rejects when the side is gone. */
  async take<Told>(asked: Promise<unknown>, read: (told: unknown) => Told): Promise<Told> {
    const answer = await asked;
    try {
      return this.read(() => read(answer));
    } catch (error) {
      await this.ended;
      throw error;
    }
  }

  /** It is gone at once, or (a thread in native code cannot be ended) left alone a little later. */
  #kill(why: string): void {
    this.#place.kill();
    const timer = setTimeout(() => this.#finish(why), endWithinMs);
    void this.ended.then(() => clearTimeout(timer));
  }

  /** Why it is gone; null: it is there. */
  get over(): JobEngineError | null {
    return this.#over;
  }

  get isOver(): boolean {
    return this.#over !== null;
  }

  /** Ends it because of the steps of these runs. */
  endFor(runs: readonly number[]): void {
    for (const run of runs) this.overdue.add(run);
    this.#kill(leftAlone);
  }

  pull(stream: number): Promise<Uint8Array | null> {
    return this.link.ask("pull", { stream });
  }

  drop(stream: number): void {
    this.link.tell("drop", { stream });
  }

  /** Ends it, whatever it does; at once if something runs there that need not be waited for. */
  async end({ isPatient }: { readonly isPatient: boolean }): Promise<void> {
    this.link.tell("end", null);
    const timer = setTimeout(() => this.#kill(leftAlone), isPatient ? endWithinMs : 0);
    if (!isPatient) this.#place.kill();
    this.#place.hold(true);
    await this.ended;
    clearTimeout(timer);
    this.#place.hold(false);
  }
}
