import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { timestamp } from "../src/timestamp.ts";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until, type Answer } from "./support/routed-queue.ts";

describe("a request says when it is sent, and to whom", () => {
  let peer: ReceivingPeer;
  let queue: RoutedQueue;

  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
    queue = await RoutedQueue.open({ peers: { pacs: peer.port } });
  });
  afterEach(async () => {
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  const store = async (more: object): Promise<[number, Answer]> => {
    const body = { Resources: [await queue.take(madeInstance().file)], ...more };
    return queue.call("POST", "/modalities/pacs/store", body);
  };

  it("it waits for its time, also over a restart, and keeps nobody else back", async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const [status, answer] = await store({ NotBefore: at });
    assert.deepEqual([status, Object.keys(answer)], [202, ["ID", "Path"]]);
    await queue.reopen();
    assert.equal((await store({}))[0], 200);
    assert.equal(peer.received.length, 1);
    const waiting = await queue.items("state=pending");
    assert.deepEqual(
      waiting.map(({ DueTime: due }) => due),
      [timestamp(Date.parse(at))],
    );
  });

  it("and goes by itself when that has come, not before", async () => {
    let cameAt = 0;
    peer.answer = () => {
      cameAt = Date.now();
      return 0;
    };
    const at = Date.now() + 3_000;
    const [status] = await store({ NotBefore: new Date(at).toISOString(), Asynchronous: true });
    assert.equal(status, 200);
    await until("it has arrived", () => cameAt > 0);
    assert.ok(cameAt >= at, `it came ${at - cameAt} ms too soon`);
  });

  it("not where the order counts: all that came later would wait for it", async () => {
    await using strict = await RoutedQueue.open({
      peers: { pacs: peer.port },
      queue: { Defaults: { StrictOrder: true } },
    });
    const id = await strict.take(madeInstance().file);
    const sent = async (at: string): Promise<[number, Answer]> =>
      strict.call("POST", "/modalities/pacs/store", { Resources: [id], NotBefore: at });
    const [status, { Details: details }] = await sent("2999-01-01T00:00:00Z");
    assert.equal(status, 400);
    assert.match(String(details), /NotBefore.*StrictOrder/);
    assert.deepEqual(await strict.items(), []);
    assert.equal((await sent("2020-02-29T12:00:00Z"))[0], 200);
  });

  it("a time that is over is now", async () => {
    assert.equal((await store({ NotBefore: "2020-02-29T12:00:00+01:00" }))[0], 200);
  });

  for (const given of ["tomorrow", "2026-11-22", "2026-13-01T00:00:00Z", "2026-11-22T10:00:00"]) {
    it(`${given} is no time`, async () => {
      const [status, { Details: details }] = await store({ NotBefore: given });
      assert.equal(status, 400);
      assert.match(String(details), /NotBefore.* must be a time/);
    });
  }

  it("whoever names the peer as it is configured is sent to", async () => {
    const named = {
      LocalAet: "SENDQ",
      CalledAet: "PACS",
      Host: "127.0.0.1",
      Port: peer.port,
      Timeout: 60,
    };
    assert.equal((await store(named))[0], 200);
    assert.equal(peer.received.length, 1);
  });

  for (const [name, value] of Object.entries({
    LocalAet: "OTHER",
    CalledAet: "OTHER",
    Host: "10.0.0.9",
    Port: 104,
    Timeout: 5,
    MoveOriginatorAet: "OTHER",
    MoveOriginatorID: 7,
  })) {
    it(`nothing is sent to anybody else: ${name}`, async () => {
      const [status, { Details: details }] = await store({ [name]: value });
      assert.equal(status, 400);
      assert.match(String(details), new RegExp(name));
      assert.deepEqual(await queue.items(), []);
    });
  }
});
