import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { LocalRoom } from "../../src/adapters/local-room.ts";
import { CallWindow } from "../../src/isolated/call-window.ts";
import { HurriedHost } from "./support/hurried-host.ts";

describe("a window of calls", () => {
  it("lets so many pass at once, and the others in their order", async () => {
    const window = new CallWindow(2);
    const began: number[] = [];
    const ends: ((how: "well" | "badly") => void)[] = [];
    const all = [0, 1, 2, 3].map((number) =>
      window.pass(() => {
        began.push(number);
        return new Promise<number>((resolve, reject) => {
          ends[number] = (how) => (how === "well" ? resolve(number) : reject(new Error("badly")));
        });
      }),
    );
    assert.deepEqual(began, [0, 1]);
    ends[1]?.("badly");
    await assert.rejects(all[1] ?? Promise.resolve(), /badly/);
    assert.deepEqual(began, [0, 1, 2]);
    for (const number of [0, 2]) ends[number]?.("well");
    await all[0];
    assert.deepEqual(began, [0, 1, 2, 3]);
    ends[3]?.("well");
    assert.deepEqual(await Promise.all([all[0], all[2], all[3]]), [0, 2, 3]);
    // All have left.
    assert.equal(await window.pass(() => Promise.resolve("again")), "again");
  });

  it("can be left before it is one's turn", async () => {
    const window = new CallWindow(1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = window.pass(() => promise);
    const controller = new AbortController();
    const second = window.pass(() => assert.fail("it was given up"), controller.signal);
    const third = window.pass(() => Promise.resolve("third"));
    controller.abort();
    await assert.rejects(second, { name: "AbortError" });
    resolve();
    await first;
    assert.equal(await third, "third");
  });
});

describe("a plugin that asks without waiting for answers", { timeout: 60_000 }, () => {
  for (const kind of ["thread", "process"] as const) {
    it(`keeps what it submits too fast, until the host can take it (${kind})`, async (t) => {
      const jobs = 1_500;
      const waiting = { now: 0, most: 0 };
      const original = Object.getOwnPropertyDescriptor(LocalRoom.prototype, "wait")?.value as (
        ...call: Parameters<LocalRoom["wait"]>
      ) => () => boolean;
      t.mock.method(LocalRoom.prototype, "wait", function wait(this: LocalRoom, count, given) {
        waiting.now += 1;
        waiting.most = Math.max(waiting.most, waiting.now);
        return original.call(this, count, () => {
          waiting.now -= 1;
          given();
        });
      } satisfies LocalRoom["wait"]);
      await using host = new HurriedHost({ limitJobs: 5 });
      await host.add("talker", { kind });
      await host.begin();
      await host.request("POST /talker/jobs", {}, { jobs });
      const ended = (): number =>
        host.events.filter((event) => event.kind === "changed" && event.job.state === "succeeded")
          .length;
      while (ended() < jobs) await setImmediate();
      assert.ok(waiting.most > 50 && waiting.most <= 256, `${waiting.most} waited in the host`);
    });
  }

  it("is held up if it posts messages faster than the host can hear", async () => {
    const messages = 200_000;
    const sent = new Int32Array(new SharedArrayBuffer(4));
    await using host = new HurriedHost({ settings: { talker: { sent: sent as never } } });
    await host.add("talker", { kind: "thread" });
    await host.begin();
    const answered = host.request("POST /talker/post", {}, { messages });
    while (Atomics.load(sent, 0) === 0) await setImmediate();
    const before = Atomics.load(sent, 0);
    // This thread hears nothing now.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    const after = Atomics.load(sent, 0);
    assert.ok(after - before <= 1_000 && after < messages, `${before}, then ${after} were sent`);
    assert.equal(await answered, "posted");
    assert.equal(Atomics.load(sent, 0), messages);
  });
});
