import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Destination } from "../src/destinations/destination.ts";
import { Purge } from "../src/upkeep/purge.ts";
import { madeInstance } from "./support/made-instance.ts";
import { enterInto, queueInMemory } from "./support/queue-in-memory.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue, until } from "./support/routed-queue.ts";

const hour = 3_600_000;

describe("an error that nobody looks at", () => {
  it("stays, unless that is not wanted; then it goes after its time, and that is said", async (test) => {
    const file = queueInMemory(test);
    const fail = (id: string, destination: string, now: number): void => {
      enterInto(file, id, [id, `${id} waits`], { destination });
      const [item] = file.claim(id, now, 1);
      file.settle(item?.id ?? 0, { kind: "failed", why: { code: "A900", sentence: "" } }, now);
    };
    fail("old", "pacs", hour);
    fail("young", "pacs", 2 * hour);
    fail("kept", "vna", hour);
    const said: string[] = [];
    const host = { log: (_level: string, text: string): number => said.push(text) };
    const calls: unknown[] = [];
    const call = async (name: string, given: Parameters<typeof put>[0]): Promise<number> => {
      calls.push(name);
      return put(given);
    };
    const put = (given: { destination: string; before: number; now: number }): number =>
      file.upkeep.purge(given.destination, given.before, given.now);
    const destinations = [
      { target: { name: "pacs", purgeMs: 10 * hour } },
      { target: { name: "vna", purgeMs: null } },
    ] as unknown as readonly Destination[];
    const purge = new Purge(host, { call } as never, destinations);
    const errors = (): readonly string[] =>
      file.reader.items({ state: "failed" }, 9).map(({ instance }) => instance.hash);
    await purge.care(11 * hour - 1);
    assert.deepEqual([errors(), said], [["old", "young", "kept"], []]);
    await purge.care(11 * hour + 1);
    assert.equal(calls.length, 1, "not more often than each hour");
    await purge.care(12 * hour - 1);
    assert.deepEqual(errors(), ["young", "kept"]);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^1 errors of pacs left the error queue/);
    assert.equal(file.reader.items({ state: "pending" }, 9).length, 3);
    // The next try is not kept back by one that fails.
    file.close();
    await assert.rejects(purge.care(30 * hour));
    await assert.rejects(purge.care(30 * hour + 1));
  });

  it("goes where its destination says so, and its reason is still known", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = () => 0xa900;
    await using queue = await RoutedQueue.open({
      peers: { pacs: peer.port },
      queue: { Destinations: { pacs: { Purge: "250ms" } } },
    });
    const body = { Resources: [await queue.take(madeInstance().file)] };
    assert.equal((await queue.call("POST", "/modalities/pacs/store", body))[0], 500);
    const failedAt = Date.now();
    await until("its time is over", () => Date.now() - failedAt > 250);
    await queue.reopen();
    const states = async (): Promise<readonly unknown[]> =>
      (await queue.items()).map(({ State: state, ErrorCode: code }) => [state, code]);
    await until("it is gone", async () => (await queue.items("state=failed")).length === 0);
    assert.deepEqual(await states(), [["Removed", "A900"]]);
  });
});
