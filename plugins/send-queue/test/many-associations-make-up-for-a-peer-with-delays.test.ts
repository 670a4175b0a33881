import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freePort } from "../../../test/support/free-port.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { PeerProcess, hasPeer } from "./support/peers.ts";
import { QueueHost } from "./support/queue-host.ts";

const isLong = process.env["BATON_LONG"] === "1";
const count = isLong ? 400 : 80;

/** Where others take the processor away it is not the peer's delays that count. */
const mostTries = 5;

describe("many associations make up for a peer that delays each of its answers", () => {
  it("as DCMTK's do with Nagle's algorithm: four send more than twice as much as one", async (test) => {
    if (!hasPeer(test, "storescp")) return;
    const port = await freePort();
    // Each answer is two small pieces, and the second waits 40 ms for our system to confirm the first.
    const environment = { TCP_NODELAY: "0" };
    const options = ["--ignore", "--fork", "+xa", String(port)];
    await using peer = await PeerProcess.listening("storescp", options, port, environment);
    const destinations = { one: { Concurrency: 1 }, four: { Concurrency: 4 } };
    await using host = await QueueHost.open({ one: port, four: port }, { destinations });
    const ids = await host.take(
      Array.from({ length: count }, () => madeInstance(explicit, 30_000)),
    );
    const rate = async (destination: string): Promise<number> => {
      const began = performance.now();
      const [status] = await host.call("POST", `/modalities/${destination}/store`, [...ids]);
      assert.equal(status, 200, peer.output);
      return (count * 1_000) / (performance.now() - began);
    };
    const isMuchFaster = async (): Promise<boolean> => {
      const [one, four] = [await rate("one"), await rate("four")];
      test.diagnostic(`${one.toFixed(0)}/s over one, ${four.toFixed(0)}/s over four`);
      return four > 2 * one && (!isLong || four >= 70);
    };
    let isSeen = false;
    for (let tries = 0; tries < mostTries && !isSeen; tries += 1) isSeen = await isMuchFaster();
    assert.ok(isSeen);
  });
});
