import { parseJobId } from "../../../src/core/job-id.ts";
import type { JobHandle } from "../../../src/ports/plugin.ts";
import { drainTimeoutMs } from "../lives.ts";
import { type Action, type Plan, type Settings, type Wish } from "../plan.ts";
import { newDisk, type Disk, type StoreKind } from "./disk.ts";
import { Life } from "./life.ts";
import type { Sabotage } from "./sabotage.ts";
import { answerOf } from "./puppet.ts";

/** A handle, and the answer to the submit that waits with it. */
interface Held {
  readonly handle: JobHandle;
  /** One for each submit. */
  readonly aborts: AbortController[];
}

/** What a call has answered: "ok", or the code of its error; null: nothing yet. */
export interface Cell {
  readonly answer: string | null;
}

/** Where and when hosts are opened. */
export interface Place {
  readonly kind: StoreKind;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Null: they keep their rules. */
  readonly sabotage: Sabotage | null;
}

/** The real thing: one host after the other on the same disk. */
export class Real implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #disk: Disk;
  readonly #sabotage: Sabotage | null;
  readonly #plans = new Map<string, Plan>();
  readonly #made = new Map<string, number>();
  #handles = new Map<string, Held>();
  #life: Life | null = null;
  /** The names of jobs by their ids. */
  readonly names: Map<string, string> = new Map();
  /** Those who wait for the end of a job, with what they heard; null: nothing yet. */
  waits: { readonly name: string; answer: string | null }[] = [];
  #unanswered = new Set<{ readonly name: string }>();

  private constructor(settings: Settings, disk: Disk, sabotage: Sabotage | null) {
    this.#settings = settings;
    this.#disk = disk;
    this.#sabotage = sabotage;
  }

  static async open(settings: Settings, { kind, now, sabotage }: Place): Promise<Real> {
    const real = new Real(settings, await newDisk(kind), sabotage);
    await real.begin(now);
    return real;
  }

  get life(): Life {
    if (this.#life === null) throw new Error("no host is open");
    return this.#life;
  }

  /** Opens the next host. */
  async begin(now: number): Promise<void> {
    const [plans, made, sabotage] = [this.#plans, this.#made, this.#sabotage];
    const store = this.#disk.store();
    this.#life = new Life({ settings: this.#settings, store, now, plans, made, sabotage });
    this.#handles = new Map();
    this.waits = [];
    this.#unanswered = new Set();
    await this.#life.begin(this.#settings.types);
  }

  create(plan: Plan): void {
    this.#plans.set(plan.name, plan);
    const handle = this.life.create(plan);
    this.#handles.set(plan.name, { handle, aborts: [] });
  }

  submit(name: string, wish: Wish): Cell {
    const held = this.#held(name);
    const abort = new AbortController();
    held.aborts.push(abort);
    const { key, startAfterMs, maxAttempts, firstDelayMs, factor, capMs, ...rest } = wish;
    const options = {
      ...rest,
      ...(key !== null && { key }),
      startAfterMs,
      maxAttempts,
      userData: name,
      signal: abort.signal,
      backoff: { firstDelayMs, factor, capMs },
    };
    const unanswered = { name };
    this.#unanswered.add(unanswered);
    const submit = this.life.host.submitJob(held.handle, options);
    const learned = submit.then((id) => void this.names.set(id, name));
    return cellOf(learned.finally(() => this.#unanswered.delete(unanswered)));
  }

  abort(name: string): Promise<void> {
    for (const abort of this.#held(name).aborts) abort.abort(new Error("the test gives up"));
    return this.life.settle();
  }

  free(name: string): string {
    try {
      this.life.host.freeJob(this.#held(name).handle);
      return "ok";
    } catch (error) {
      return answerOf(error);
    }
  }

  act(name: string, action: Action): Cell {
    return cellOf(this.#act(this.idOf(name), action));
  }

  /** Waits for the end of a job. */
  async wait(name: string): Promise<void> {
    const waiter: Real["waits"][number] = { name, answer: null };
    this.waits.push(waiter);
    this.life.host.waitJob(this.idOf(name)).then(
      ({ state }) => (waiter.answer = state),
      (error: unknown) => (waiter.answer = answerOf(error)),
    );
    await this.life.settle();
  }

  unansweredSubmits(): readonly string[] {
    return [...this.#unanswered].map(({ name }) => name);
  }

  /**
   * Closes the host. `answering`: the payloads whose steps return when they have been told. Answers
   * whether closing has waited for others, as long as it waits at all.
   */
  async close(answering: readonly string[]): Promise<boolean> {
    const { life } = this;
    let isClosed = false;
    const closing = life.engine.close().then(() => (isClosed = true));
    await life.settle();
    for (const label of answering) life.puppet(label).answer({ kind: "continue" });
    await life.settle();
    const waits = !isClosed;
    if (waits) await life.advance(drainTimeoutMs);
    await closing;
    return waits;
  }

  /** The store is closed, and the plugin stopped. */
  end(): Promise<void> {
    return this.life.end();
  }

  /** The host is gone without a word; what it had committed is what the next one finds. */
  crash(): Promise<void> {
    return this.#disk.crash();
  }

  register(type: string): string {
    try {
      this.life.register(type);
      return "ok";
    } catch (error) {
      return answerOf(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disk.crash();
    await this.#disk[Symbol.asyncDispose]();
  }

  idOf(name: string): string {
    for (const [id, one] of this.names) if (one === name) return id;
    // That of no job: it was never submitted.
    return parseJobId("00000000-0000-4000-8000-ffffffffffff") ?? "";
  }

  #held(name: string): Held {
    const held = this.#handles.get(name);
    if (held === undefined) throw new Error(`${name} has no handle in this life`);
    return held;
  }

  #act(id: string, action: Action): Promise<void> {
    const { host } = this.life;
    switch (action.kind) {
      case "pause":
        return host.pauseJob(id);
      case "resume":
        return host.resumeJob(id);
      case "cancel":
        return host.cancelJob(id);
      case "resubmit":
        return host.resubmitJob(id);
      case "delete":
        return host.deleteJob(id);
      case "set-priority":
        return host.setPriority(id, action.priority);
    }
  }
}

function cellOf(call: Promise<unknown>): Cell {
  const cell: { answer: string | null } = { answer: null };
  call.then(
    () => (cell.answer = "ok"),
    (error: unknown) => (cell.answer = answerOf(error)),
  );
  return cell;
}
