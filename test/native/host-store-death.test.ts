import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { openHost, StepResult } from "../../src/index.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { eventually } from "./support/host-eventually.ts";
import { FaultyStores, type Fault } from "./support/host-faults.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { nameOf, WorkerHost } from "./support/host-worker.ts";

const storeFailed = "error 18";
const workshop = new HostWorkshop();
let addon = "";
before(() => void (addon = workshop.addon("worker")));
after(() => workshop.remove());

/** The addon's submit on the loop thread, which waits there. */
const submitOnLoop = (name: string): string =>
  (createRequire(import.meta.url)(addon) as { submit(name: string): string }).submit(name);

/** A host whose store thread can be made to die, and what was answered to its submits. */
class Scene implements AsyncDisposable {
  readonly stores: FaultyStores;
  readonly accepted: string[] = [];
  readonly refused: string[] = [];
  readonly worker: WorkerHost;
  readonly log: string;
  readonly path: string;

  private constructor(name: string, stores: FaultyStores, worker: WorkerHost) {
    this.stores = stores;
    this.worker = worker;
    this.log = workshop.file(`${name}.log`);
    this.path = workshop.file(`${name}.db`);
  }

  static async open(name: string): Promise<Scene> {
    const stores = new FaultyStores(workshop.file(`${name}.faults`));
    const store = { kind: "sqlite", path: workshop.file(`${name}.db`) } as const;
    const settings = { log: workshop.write(`${name}.log`, ""), announces: 1 };
    const worker = await WorkerHost.open({ plugins: [addon], store, concurrentJobs: 2 }, settings);
    return new Scene(name, stores, worker);
  }

  plan(...faults: readonly (readonly [Fault["kind"], ...string[]])[]): void {
    const { log } = this;
    this.stores.plan(
      ...faults.map(([kind, ...names]) => ({
        kind,
        until: names.map((name) => `submitting ${name}`),
        log,
      })),
    );
  }

  /** By a thread of the request pool. Resolves when that is about to wait; then with the answer. */
  async onPool(name: string): Promise<{ readonly answer: Promise<string> }> {
    const answer = this.worker.text("POST", `/worker/jobs?name=${name}`);
    await this.worker.said(`${name} submitting`);
    return { answer: answer.then((text) => this.#learn(name, text)) };
  }

  onLoop(name: string): string {
    return this.#learn(name, submitOnLoop(name));
  }

  /** A job of JavaScript, without a name. What shared the last COMMIT is written once more. */
  async ofHost(): Promise<void> {
    const own = new ScriptedJob();
    own.end(StepResult.success);
    try {
      await this.worker.host.submit(own);
      this.accepted.push("of JavaScript");
    } catch (error) {
      assert.equal(Object(error).code, "STORE_FAILED");
    }
  }

  /** Tries until there is a store again; nothing is accepted before. */
  async untilAccepted(): Promise<void> {
    let attempt = 0;
    await eventually(() => this.onLoop(`again-${attempt++}`) !== storeFailed);
  }

  /** What was accepted is there, what was refused is not: in the host, and in the file. */
  async check(): Promise<void> {
    const names = this.worker.host.jobs().map(nameOf);
    const expected = this.accepted.toSorted();
    assert.deepEqual(names.toSorted(), expected);
    await this.worker.close();
    this.stores[Symbol.dispose]();
    await using later = await openHost({ store: { kind: "sqlite", path: this.path } });
    const stored = later.jobs().map(nameOf);
    assert.deepEqual(stored.toSorted(), expected);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker.close();
    this.stores[Symbol.dispose]();
  }

  #learn(name: string, answer: string): string {
    const isRefused = answer === storeFailed;
    if (!isRefused) assert.match(answer, /^(?:ok )?[0-9a-f-]{36}$/);
    (isRefused ? this.refused : this.accepted).push(name);
    return answer;
  }
}

describe("a store thread that dies", { timeout: 120_000 }, () => {
  for (const kind of ["die before", "die after"] as const) {
    it(`while the loop and a pool thread wait, of its heap (${kind} COMMIT)`, async () => {
      await using scene = await Scene.open(kind.replace(" ", "-"));
      await scene.worker.submit({ name: "holder", kind: "h" });
      scene.accepted.push("holder");
      await scene.worker.said("holder holds");
      // Two wait in the transaction that dies, the loop's request is still queued.
      scene.plan([kind, "loop"]);
      const pool = await scene.onPool("pool");
      assert.equal(scene.onLoop("loop"), storeFailed);
      assert.equal(await pool.answer, storeFailed);
      await scene.untilAccepted();
      await scene.worker.text("POST", "/worker/release");
      await scene.check();
      assert.ok(scene.stores.threads.length > 1);
    });

    it(`after it has taken what they wait for (${kind} COMMIT)`, async () => {
      await using scene = await Scene.open(`taken-${kind.replace(" ", "-")}`);
      scene.plan(["wait", "second", "loop"], [kind]);
      const first = await scene.onPool("first");
      // It has said that it is about to submit: the second must not join its transaction.
      await scene.stores.met;
      const second = await scene.onPool("second");
      assert.equal(scene.onLoop("loop"), storeFailed);
      assert.notEqual(await first.answer, storeFailed);
      assert.equal(await second.answer, storeFailed);
      await scene.untilAccepted();
      await scene.check();
    });
  }

  it("because it is terminated answers whoever waits", async () => {
    await using scene = await Scene.open("terminated");
    scene.plan(["wait", "nobody"]);
    const pool = await scene.onPool("pool");
    await scene.stores.met;
    const own = scene.ofHost();
    const [thread] = scene.stores.threads;
    assert(thread !== undefined);
    const exited = once(thread, "exit");
    await thread.terminate();
    await exited;
    assert.equal(await pool.answer, storeFailed);
    await own;
    await scene.untilAccepted();
    await scene.check();
  });

  it("and cannot be followed at once, is followed later", async () => {
    await using scene = await Scene.open("later");
    scene.stores.canOpen(false);
    for (const number of [0, 1]) {
      const thread = scene.stores.threads[number];
      assert(thread !== undefined);
      const exited = once(thread, "exit");
      if (number === 0) await thread.terminate();
      await exited;
    }
    assert.equal(scene.onLoop("meanwhile"), storeFailed);
    scene.stores.canOpen(true);
    await scene.untilAccepted();
    await scene.check();
  });
});
