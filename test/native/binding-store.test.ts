import assert from "node:assert/strict";
import { once } from "node:events";
import { after, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { Workshop } from "./support/compile.ts";
import { binding, entryFor, Host } from "./support/host.ts";
import type { StoreNews, StoreOrder } from "./support/store-worker.ts";

const storeFailed = 18;
const workshop = new Workshop();
const library = workshop.probe();
after(() => workshop.remove());

/** A store on a thread of its own. */
class Store {
  readonly #worker: Worker;
  readonly #news: StoreNews[] = [];

  constructor(number: number, manner: StoreOrder["manner"]) {
    const workerData: StoreOrder = { number, manner };
    this.#worker = new Worker(new URL("support/store-worker.ts", import.meta.url), { workerData });
    this.#worker.on("message", (news: StoreNews) => this.#news.push(news));
  }

  async next(): Promise<StoreNews> {
    for (;;) {
      const news = this.#news.shift();
      if (news !== undefined) return news;
      await once(this.#worker, "message");
    }
  }

  /** Ends in good order. */
  async close(): Promise<void> {
    const exit = once(this.#worker, "exit");
    this.#worker.postMessage(null, []);
    await exit;
  }

  async die(): Promise<void> {
    await this.#worker.terminate();
  }
}

const durable = (): Host => new Host({ durable: true }).start(library);
const submit = (host: Host, script: string): Promise<string> =>
  host.ask("POST", "/probe/jobs/saved", script);

const wake = (): void => {};

describe("the store's side of a native core", { timeout: 60_000 }, () => {
  it("lets a submit return once it has committed", async () => {
    const host = durable();
    const store = new Store(host.core.number, "commit");
    assert.deepEqual(await store.next(), { kind: "attached", doubtful: [] });
    const submitting = submit(host, "kk");
    assert.deepEqual(await store.next(), { kind: "took", what: ["add"] });
    const { row } = await host.next("submitted");
    assert.equal(await submitting, `0 ${row.id}`);
    assert.deepEqual(row.submittedState, new Uint8Array(Buffer.from("0:kk")));
    host.admit(entryFor(row));
    assert.deepEqual((await host.next("ended", row.id)).outcome, { kind: "success" });
    assert.deepEqual(await store.next(), { kind: "took", what: ["checkpoint"] });
    assert.equal(host.close(), true);
    await store.close();
  });

  it("gets what the engine itself has to write, as it was given", () => {
    const { core } = new Host({ durable: true });
    const bytes = new Uint8Array([0, 1, 255]);
    assert.equal(core.putUpdate(bytes), 0);
    const store = binding().attachStore(core.number, wake);
    const taken = store.take();
    const ticket = taken[0]?.ticket ?? 0;
    const [{ sequence } = { sequence: 0 }] = taken as readonly { readonly sequence: number }[];
    assert.deepEqual(taken, [{ kind: "update", ticket, sequence, update: bytes }]);
    store.committed(ticket);
    const first = core.putNew(bytes, 3);
    const next = core.putNew(bytes, 1);
    assert.equal(next, first + 3);
    const numbered = store.take();
    assert.deepEqual(
      numbered.map((request) => "sequence" in request && request.sequence),
      [first, next],
    );
    for (const request of numbered) store.committed(request.ticket);
    assert.deepEqual(store.doubtfulIds(), []);
    core.putUpdate(bytes);
    store.take();
    store.close();
    assert.equal(core.putUpdate(bytes), storeFailed);
    assert.equal(core.putNew(bytes, 1), 0);
    assert.deepEqual(core.drain(true), []);
    core.destroy();
  });

  it("makes a submit fail that it has refused", async () => {
    const host = durable();
    const store = new Store(host.core.number, "refuse");
    await store.next();
    assert.equal(await submit(host, "s"), String(storeFailed));
    assert.deepEqual(host.core.counts(), { created: 1, finalized: 1, live: 0, owed: 0 });
    assert.equal(host.close(), true);
    await store.close();
  });

  it("answers with its death, and names to its successor what is in doubt", async () => {
    const host = durable();
    const first = new Store(host.core.number, "hold");
    await first.next();
    const submitting = submit(host, "s");
    assert.deepEqual(await first.next(), { kind: "took", what: ["add"] });
    await first.die();
    assert.equal(await submitting, String(storeFailed));
    assert.equal(await submit(host, "s"), String(storeFailed));
    const second = new Store(host.core.number, "commit");
    const attached = await second.next();
    assert.ok(attached.kind === "attached");
    assert.equal(attached.doubtful.length, 1);
    assert.match(await submit(host, "s"), /^0 /);
    assert.equal(host.close(), true);
    await second.close();
  });

  it("answers with its death also while the loop is blocked", async () => {
    const host = durable();
    const store = new Store(host.core.number, "hold");
    await store.next();
    const submitting = submit(host, "s");
    await store.next();
    const dying = store.die();
    // This waits for the submit, and no event of the worker reaches the loop meanwhile. The answer
    // is that of the store, if it was written before the closing refused it.
    assert.equal(host.core.closeInstance("probe", 10_000), true);
    assert.match(await submitting, /^(18|failed)$/);
    assert.deepEqual(host.core.counts(), { created: 1, finalized: 1, live: 0, owed: 0 });
    assert.equal(host.close(), true);
    await dying;
  });

  it("may close with something unanswered: then that has failed", async () => {
    const host = durable();
    const store = new Store(host.core.number, "hold");
    await store.next();
    const submitting = submit(host, "s");
    await store.next();
    await store.close();
    assert.equal(await submitting, String(storeFailed));
    assert.equal(host.close(), true);
  });

  it("outlives the engine's side, for the last messages", async () => {
    const host = durable();
    const store = new Store(host.core.number, "commit");
    await store.next();
    assert.equal(host.close(), true);
    await store.close();
  });

  it("is one for each core, and there is a core for it", () => {
    const { core } = new Host();
    const store = binding().attachStore(core.number, wake);
    assert.throws(() => binding().attachStore(core.number, wake), { code: "WRONG_STATE" });
    assert.deepEqual(store.take(), []);
    store.close();
    store.close();
    assert.throws(() => store.take(), { code: "CLOSING" });
    binding().attachStore(core.number, wake).close();
    const { number } = core;
    core.destroy();
    assert.throws(() => binding().attachStore(number, wake), { code: "NOT_FOUND" });
    assert.throws(() => binding().attachStore("1" as never, wake), { name: "TypeError" });
  });
});
