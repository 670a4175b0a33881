import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Capacity } from "../src/queue/capacity.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { until } from "./support/served-queue.ts";

describe("a queue that has as many instances as it may have", () => {
  it("takes no more, all or nothing, and says so; what leaves makes room", async () => {
    const queue = { MaxItems: 3 };
    await using host = await QueueHost.open({ pacs: await freePort() }, { queue });
    const made = Array.from({ length: 4 }, () => madeInstance(explicit, 1_000));
    const ids = await host.take(made);
    const store = (some: readonly string[]): ReturnType<QueueHost["call"]> =>
      host.call("POST", "/modalities/pacs/store", { Resources: some, Asynchronous: true });
    assert.equal((await store(ids.slice(0, 2)))[0], 200);
    const [status, { Details: details }] = await store(ids.slice(2));
    assert.equal(status, 507);
    assert.match(String(details), /MaxItems: 3/);
    assert.equal((await host.destination("pacs")).Pending, 2);
    await until("one fits", async () => (await store(ids.slice(2, 3)))[0] === 200);
    assert.equal((await store(ids.slice(3)))[0], 507);
    const [item] = await host.items("state=pending");
    await host.call("DELETE", `/send-queue/items/${item?.ID}`);
    await until("there is room", async () => (await store(ids.slice(3)))[0] === 200);
  });

  it("does not count it for each that comes", () => {
    let counts = 0;
    let now = 0;
    let held = 0;
    const capacity = new Capacity(
      () => {
        counts += 1;
        return held;
      },
      () => now,
    );
    capacity.limit(100);
    for (held = 0; held < 100; held += 1) capacity.take(1);
    assert.equal(counts, 1);
    assert.throws(() => capacity.take(1), /MaxItems: 100/);
    assert.throws(() => capacity.take(1), /MaxItems: 100/);
    assert.equal(counts, 2);
    held = 90;
    now = 1_000;
    capacity.take(1);
    assert.equal(counts, 3);
  });
});
