import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Hook } from "../../../src/http/webhooks/hook.ts";
import { completeWebhook } from "../../../src/http/webhooks/webhook-options.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { openReceiver, type Receiver } from "./receiver.ts";

class Stage {
  readonly clock = new FakeClock();
  readonly said: string[] = [];
  readonly hook: Hook;
  #ids = 0;

  constructor(receiver: Receiver, timeoutMs = 5_000) {
    this.hook = new Hook(0, completeWebhook({ url: receiver.url }), {
      clock: this.clock,
      random: () => 0.5,
      log: (level, text) => this.said.push(`${level}: ${text.replace(/127.0.0.1:\d+/, "host")}`),
      timeoutMs,
    });
  }

  add(bytes = 10): void {
    this.#ids += 1;
    const text = JSON.stringify({ n: this.#ids, fill: "x".repeat(bytes) });
    this.hook.add({ id: `msg_${this.#ids}`, body: Buffer.from(text) });
  }

  /** Resolves when it waits to try again. */
  async pausing(): Promise<void> {
    while (this.clock.alarms === 0) await this.clock.yield();
  }

  async delivered(count: number): Promise<void> {
    while (this.hook.state.delivered < count) await this.clock.yield();
  }
}

const numbers = ({ received }: Receiver): readonly number[] => received.map(({ json }) => json.n);

void describe("a receiver in trouble", () => {
  void it("is tried again, later each time, with the same id, and nothing overtakes", async () => {
    await using receiver = await openReceiver();
    receiver.answers.push(503, 500, 429);
    const stage = new Stage(receiver);
    stage.add();
    stage.add();
    for (const ms of [1_000, 2_000, 4_000]) {
      await stage.pausing();
      const { length } = receiver.received;
      stage.clock.advance(ms - 1);
      await stage.clock.yield();
      assert.equal(receiver.received.length, length, `tried before ${ms} ms`);
      stage.clock.advance(1);
    }
    await stage.delivered(2);
    assert.deepEqual(numbers(receiver), [1, 1, 1, 1, 2]);
    const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
    assert.deepEqual(new Set(ids.slice(0, 4)).size, 1);
    assert.deepEqual(stage.said, [
      "warning: webhook 0 (host): it answered 503; its events are tried again",
      "info: webhook 0 (host) answers again; 1 events wait for it",
    ]);
    assert.equal(stage.hook.state.failedAttempts, 3);
    await stage.hook.close(0);
  });

  void it("says itself when to come back", async () => {
    await using receiver = await openReceiver();
    receiver.answers.push({ status: 503, headers: { "retry-after": "7" } });
    const stage = new Stage(receiver);
    stage.add();
    await stage.pausing();
    stage.clock.advance(6_999);
    await stage.clock.yield();
    assert.equal(receiver.received.length, 1);
    stage.clock.advance(1);
    await stage.delivered(1);
    await stage.hook.close(0);
  });

  void it("that refuses an event, or redirects it, does not hold up the next", async () => {
    await using receiver = await openReceiver();
    receiver.answers.push(400, { status: 302, headers: { location: receiver.url } });
    const stage = new Stage(receiver);
    for (let n = 0; n < 3; n += 1) stage.add();
    await stage.delivered(1);
    assert.deepEqual(numbers(receiver), [1, 2, 3]);
    assert.equal(stage.hook.state.dropped, 2);
    assert.deepEqual(stage.said.slice(0, 2), [
      "error: webhook 0 (host): 1 events are not delivered: it answered 400",
      "error: webhook 0 (host): 1 events are not delivered: it answered 302",
    ]);
    await stage.hook.close(0);
  });

  void it("that is gone for good gets nothing more", async () => {
    await using receiver = await openReceiver();
    receiver.answers.push(410);
    const stage = new Stage(receiver);
    stage.add();
    stage.add();
    while (stage.hook.state.dropped < 2) await stage.clock.yield();
    stage.add();
    assert.equal(stage.hook.state.queued, 0);
    await stage.hook.close(0);
    assert.equal(receiver.received.length, 1);
  });

  void it("that does not answer, or is not there, is tried again", async () => {
    await using receiver = await openReceiver();
    receiver.answers.push("never");
    const stage = new Stage(receiver, 50);
    stage.add();
    await stage.pausing();
    assert.match(stage.said[0] ?? "", /did not answer in time/);
    await receiver.leave();
    stage.clock.advance(1_000);
    while (stage.hook.state.failedAttempts < 2) await stage.clock.yield();
    await stage.hook.close(0);
    assert.equal(stage.hook.state.dropped, 1);
    assert.match(stage.said.at(-1) ?? "", /1 events are not delivered: the host closes/);
  });

  void it("is given up after a quarter of an hour, and the queue is bounded", async () => {
    await using receiver = await openReceiver();
    receiver.answers.push(...Array<number>(12).fill(500));
    const stage = new Stage(receiver);
    stage.add();
    for (let attempt = 1; attempt < 12; attempt += 1) {
      await stage.pausing();
      stage.clock.advance(300_000);
    }
    while (stage.hook.state.dropped < 1) await stage.clock.yield();
    assert.equal(receiver.received.length, 12);
    receiver.answers.push("never");
    for (let n = 0; n < 1_500; n += 1) stage.add();
    assert.equal(stage.hook.state.queued, 1_000);
    for (let n = 0; n < 40; n += 1) stage.add(1_000_000);
    assert.ok(stage.hook.state.queued <= 17, `${stage.hook.state.queued} large ones wait`);
    const closing = stage.hook.close(2_000);
    stage.clock.advance(2_000);
    await closing;
    assert.equal(stage.hook.state.queued, 0);
  });

  void it("is sent what waits when the host closes, if it takes it", async () => {
    await using receiver = await openReceiver();
    const stage = new Stage(receiver);
    for (let n = 0; n < 5; n += 1) stage.add();
    await stage.hook.close(2_000);
    assert.deepEqual(numbers(receiver), [1, 2, 3, 4, 5]);
    assert.equal(stage.clock.alarms, 0);
  });
});
