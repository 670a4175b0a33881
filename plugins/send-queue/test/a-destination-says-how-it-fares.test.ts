import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DestinationMeter } from "../src/metrics/destination-meter.ts";
import { readTimestamp } from "../src/timestamp.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

describe("a destination says how it fares", () => {
  it("what waits, since when, what was sent, failed and taken out, how fast, and why not", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count === 0 ? 0xa900 : 0);
    const port = await freePort();
    await using queue = await ServedQueue.open({ pacs: peer.port, dead: port });
    await queue.host.waitJob(await queue.send("pacs", [madeInstance(), madeInstance()]));
    await queue.send("dead", [madeInstance()]);
    await until("it is known to be dead", async () => {
      return (await queue.destination("dead"))["State"] === "Backoff";
    });
    await until(
      "it was looked at",
      async () => Number((await queue.destination("pacs"))["Rate"]) > 0,
    );
    const [error] = await queue.items("state=failed");
    await queue.call("DELETE", `/send-queue/items/${String(error?.["ID"])}`);
    const { Rate: rate, ...pacs } = await queue.destination("pacs");
    assert.ok(Number(rate) <= 10, String(rate));
    const counts = { Pending: 0, Sent: 1, Failed: 0, Removed: 1 };
    assert.deepEqual(pacs, { Name: "pacs", Kind: "Modality", ...counts, State: "Ready" });
    const dead = await queue.destination("dead");
    assert.deepEqual([dead["Pending"], dead["Rate"]], [1, 0]);
    const oldest = readTimestamp(String(dead["OldestPending"])) ?? 0;
    assert.ok(Math.abs((Date.now() - oldest) / 1_000 - Number(dead["OldestSeconds"])) < 3);
    assert.equal(dead["LastError"], `ECONNREFUSED 127.0.0.1:${port}: The peer cannot be reached.`);
  });

  it("how fast in the last ten seconds, and nothing before it was looked at", () => {
    const meter = new DestinationMeter(0);
    assert.deepEqual(meter.rates(), { instances: 0, bytes: 0 });
    [meter.sent, meter.sentBytes] = [50, 5_000];
    meter.look(1_000);
    assert.deepEqual(meter.rates(), { instances: 50, bytes: 5_000 });
    for (let second = 2; second < 15; second += 1) meter.look(second * 1_000);
    assert.deepEqual(meter.rates(), { instances: 0, bytes: 0 });
  });
});
