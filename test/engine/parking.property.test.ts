import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { Gate } from "../../src/testing/index.ts";
import { ParkedJobs, unsaved } from "../support/parked-jobs.ts";

type Command =
  | {
      readonly kind: "submit";
      readonly priority: number;
      readonly isSaved: boolean;
      readonly key: string | undefined;
      readonly startAfterMs: number;
    }
  | { readonly kind: "end" }
  | { readonly kind: "due" }
  | { readonly kind: "pause" | "resume" | "cancel" | "resubmit" | "raise"; readonly job: number };

const submit = fc.record({
  kind: fc.constant("submit" as const),
  priority: fc.integer({ min: -2, max: 2 }),
  isSaved: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  key: fc.constantFrom(undefined, undefined, "one"),
  startAfterMs: fc.constantFrom(0, 0, 0, 1_000),
});
const control = fc.record({
  kind: fc.constantFrom("pause", "resume", "cancel", "resubmit", "raise"),
  job: fc.nat(30),
});
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: submit },
  { weight: 3, arbitrary: control },
  { weight: 2, arbitrary: fc.constantFrom<Command>({ kind: "end" }, { kind: "due" }) },
);

const slots = 2;

/** Plays the commands, then lets all jobs end. Answers the order in which they began. */
async function play(commands: readonly Command[], maxPayloads: number): Promise<string[]> {
  const limits = { perKey: { one: 1 } };
  await using jobs = await ParkedJobs.open({ slots, maxPayloads, limits });
  const turns = new Play(jobs);
  for (const each of commands) {
    await turns.do(each);
    await jobs.engine.drain();
    if (maxPayloads > 0) turns.check(maxPayloads);
  }
  await jobs.open();
  for (let count = 0; count < 3 * commands.length; count += 1) {
    await turns.do({ kind: count % 5 === 0 ? "due" : "end" });
    await jobs.engine.drain();
    if (maxPayloads > 0) turns.check(maxPayloads);
  }
  return jobs.started;
}

class Play {
  readonly #jobs: ParkedJobs;
  readonly #gates = new Map<string, Gate>();
  readonly #unsaved = new Set<string>();
  #ended = 0;

  constructor(jobs: ParkedJobs) {
    this.#jobs = jobs;
  }

  async do(command: Command): Promise<void> {
    if (command.kind === "submit") return this.#submit(command);
    if (command.kind === "due") return this.#jobs.engine.advance(500);
    if (command.kind === "end") return this.#end();
    const id = this.#jobs.ids.get(`job ${command.job}`);
    if (id === undefined) return;
    const { host } = this.#jobs;
    const calls = {
      pause: () => host.pauseJob(id),
      resume: () => host.resumeJob(id),
      cancel: () => host.cancelJob(id),
      resubmit: () => host.resubmitJob(id),
      raise: () => host.setPriority(id, 3),
    };
    await calls[command.kind]().catch(() => undefined);
  }

  /** The one that began first, and any later run of it. */
  #end(): void {
    const name = this.#jobs.started[this.#ended];
    if (name === undefined) return;
    this.#ended += 1;
    this.#gates.get(name)?.open();
  }

  /** Of all that wait, no more than so many have a payload, but for those that cannot be saved. */
  check(maxPayloads: number): void {
    const { engine, live, ids } = this.#jobs;
    const states = live.map((name) => [name, engine.info(ids.get(name) ?? "").state] as const);
    const waiting = states.filter(([name, state]) => state === "pending" && !this.#isUnsaved(name));
    assert.ok(waiting.length <= maxPayloads, `${waiting.length} payloads wait: ${live.join()}`);
    const others = states.filter(([name, state]) => state === "paused" || this.#isUnsaved(name));
    assert.ok(live.length <= maxPayloads + slots + others.length, `${live.length} payloads`);
  }

  async #submit(command: Extract<Command, { kind: "submit" }>): Promise<void> {
    const { key, priority, startAfterMs, isSaved } = command;
    const name = `job ${this.#gates.size}`;
    const gate = new Gate();
    this.#gates.set(name, gate);
    if (!isSaved) this.#unsaved.add(name);
    const steps = [gate.before({ kind: "success" } as const)];
    const options = { priority, startAfterMs, ...(key !== undefined && { key }) };
    await this.#jobs.submit(name, { steps, ...(isSaved ? {} : unsaved) }, options);
  }

  #isUnsaved(name: string): boolean {
    return this.#unsaved.has(name);
  }
}

void describe("whatever is submitted, and whatever is done to it", () => {
  void it("jobs begin in the same order with few payloads as with all", async () => {
    const plays = fc.array(anyCommand, { minLength: 5, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(plays, fc.integer({ min: 1, max: 4 }), async (commands, maxPayloads) => {
        assert.deepEqual(await play(commands, maxPayloads), await play(commands, 0));
      }),
      { numRuns: 60 },
    );
  });
});
