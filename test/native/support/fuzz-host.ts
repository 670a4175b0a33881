import assert from "node:assert/strict";
import { setImmediate, setTimeout } from "node:timers/promises";
import {
  JobEngineError,
  StepResult,
  openHost,
  type EngineEvent,
  type Host,
  type HostOptions,
  type Plugin,
} from "../../../src/index.ts";
import { Random } from "../../e2e/support/kill-nine/random.ts";
import { assertBalanced, watchCounts } from "./host-counts.ts";
import { shortenGrace } from "./host-grace.ts";

type PluginHost = Parameters<Plugin["start"]>[0];

/** What may be answered to a call at random, but for being done. */
const legal = new Set([
  "ALREADY_SUBMITTED",
  "BUSY",
  "CLOSING",
  "NOT_FOUND",
  "QUEUE_FULL",
  "STALE_HANDLE",
  "WRONG_STATE",
]);

/** A job of JavaScript's that counts what is done to its payload. */
interface Drop {
  left: number;
  inside: boolean;
  finalized: boolean;
}

/** One host in which a native plugin, a plugin in TypeScript and an application act at random. */
export class FuzzHost {
  readonly #random: Random;
  readonly #options: HostOptions;
  readonly #isObserved: boolean;
  readonly #hear = (event: EngineEvent): void => {
    if (event.kind === "submitted") this.#ids.push(event.job.id);
  };
  #ids: string[] = [];
  #host: Host | null = null;
  #counts: ReturnType<typeof watchCounts> = () => assert.fail("it was not opened");
  #created = 0;
  #finalized = 0;

  constructor(seed: number, library: string, store: Required<HostOptions>["store"]) {
    this.#random = new Random(seed);
    this.#isObserved = this.#random.between(0, 1) === 0;
    this.#options = {
      store,
      plugins: [library, this.#plugin()],
      concurrentJobs: this.#random.between(1, 4),
      historySize: this.#random.between(1, 50),
      http: { port: 0 },
      drainTimeoutMs: 20_000,
      maxPayloads: this.#random.between(0, 1) === 0 ? 10_000 : this.#random.between(1, 9),
    };
  }

  /** One host after the other; only then they live at the same time. */
  async open(): Promise<this> {
    this.#counts = watchCounts();
    // Steps that take too long are left alone as often as not.
    shortenGrace(1);
    this.#host = await openHost({
      ...this.#options,
      // A host that nobody observes does not hear of every job by itself.
      ...(this.#isObserved && { observer: this.#hear }),
    });
    return this;
  }

  /** Acts, closes the host in the middle, and checks that nobody kept or lost a payload. */
  async live(operations: number): Promise<void> {
    const host = this.#host;
    assert(host !== null);
    const { between } = bound(this.#random);
    const query = `seed=${between(1, 1e6)}&threads=${between(1, 3)}&operations=${operations}`;
    const asked = await fetch(`${host.url}/fuzz/storm?${query}`, { method: "POST" });
    assert.equal(asked.status, 200);
    const all: Promise<void>[] = [];
    for (let left = between(operations / 4, operations); left > 0; left -= 1) {
      all.push(this.#act(host));
      if (between(0, 3) === 0) await setImmediate();
      if (between(0, 19) === 0) await setTimeout(1);
    }
    const closed = host.close();
    if (between(0, 1) === 0) await closed;
    all.push(this.#act(host));
    await Promise.all([closed, ...all]);
    assertBalanced(this.#counts());
    assert.equal(this.#finalized, this.#created, "payloads of JavaScript");
    assert.deepEqual(violations, []);
  }

  #plugin(): Plugin {
    return {
      name: "fuzz-js",
      version: "1.0.0",
      start: (host) => {
        this.#own = host;
      },
    };
  }
  #own: PluginHost | null = null;

  async #act(host: Host): Promise<void> {
    if (!this.#isObserved) this.#ids = host.jobs().map((job) => job.id);
    const id = this.#ids[this.#random.between(0, Math.max(0, this.#ids.length - 1))] ?? "none";
    const acts: readonly (() => Promise<unknown>)[] = [
      () => this.#submit(),
      () => this.#submit(),
      () => host.cancelJob(id),
      () => host.pauseJob(id),
      () => host.resumeJob(id),
      () => host.resubmitJob(id),
      () => host.deleteJob(id),
      () => host.setPriority(id, this.#random.between(-2, 2)),
      async () => host.jobInfo(id),
      async () => (await fetch(`${host.url}/jobs?expand`)).text(),
    ];
    const act = acts[this.#random.between(0, acts.length - 1)];
    try {
      await act?.();
    } catch (error) {
      // A request to a server that has closed is not answered: TypeError, of fetch.
      const isLegal = error instanceof JobEngineError ? legal.has(error.code) : isOfFetch(error);
      assert.ok(isLegal, error instanceof Error ? error : String(error));
    }
  }

  async #submit(): Promise<void> {
    const host = this.#own;
    assert(host !== null);
    const fails = this.#random.between(0, 9) === 0;
    const payload: Drop = { left: this.#random.between(1, 6), inside: false, finalized: false };
    const handle = host.createJob({
      type: "fuzz-js",
      payload,
      step: (own) => within(own, () => this.#step(own)),
      stop: (own) => within(own, () => {}),
      getContent: (own) =>
        within(own, () => {
          if (fails) throw new Error("as it was told");
          return { left: own.left };
        }),
      finalize: (own) => {
        within(own, () => {});
        own.finalized = true;
        this.#finalized += 1;
      },
    });
    this.#created += 1;
    try {
      await host.submitJob(handle);
      assert.ok(!fails, "a submit whose getter fails was answered");
    } catch (error) {
      if (!(error instanceof JobEngineError)) throw error;
      assert.ok(fails || legal.has(error.code), error);
      // Ours as before; closing alone may have taken it.
      if (this.#random.between(0, 4) > 0) this.#free(host, handle);
    }
  }

  #free(host: PluginHost, handle: Parameters<PluginHost["freeJob"]>[0]): void {
    try {
      host.freeJob(handle);
    } catch (error) {
      assert(error instanceof JobEngineError);
      assert.ok(error.code === "CLOSING" || error.code === "STALE_HANDLE", error);
    }
  }

  #step(own: Drop): StepResult {
    const dice = this.#random.between(0, 30);
    if (dice === 0) throw new Error("as it was told");
    if (dice === 1) return StepResult.retry(1);
    own.left -= 1;
    return own.left > 0 ? StepResult.continue : StepResult.success;
  }
}

/** What a callback has seen that must not be; thrown there it would only fail a job. */
const violations: string[] = [];

/** Callbacks of one job never overlap, and none comes after finalize. */
function within<T>(own: Drop, body: () => T): T {
  if (own.inside) violations.push("a callback overlaps another one");
  if (own.finalized) violations.push("a callback comes after finalize");
  own.inside = true;
  try {
    return body();
  } finally {
    own.inside = false;
  }
}

const isOfFetch = (error: unknown): boolean =>
  error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message);

const bound = (random: Random): { readonly between: Random["between"] } => ({
  between: (least, most) => random.between(Math.ceil(least), Math.floor(most)),
});
