import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { Bandwidth } from "../../src/destinations/bandwidth.ts";
import { StowSenders } from "../../src/destinations/stow-sender.ts";
import { madeInstance } from "../support/made-instance.ts";
import { answer, storedOf, StowServer } from "../support/stow-server.ts";
import { fatesOf, Stowing, webServer } from "../support/stowing.ts";

const megabyte = 1_048_576;

describe("a large instance", () => {
  it("is streamed: memory does not grow with it", async (test) => {
    await using server = await StowServer.listen();
    await using stowing = await Stowing.open();
    const size = 600 * megabyte;
    const [item] = await stowing.hollow(size);
    assert.ok(item !== undefined);
    let taken = 0;
    server.refuse = (request, response) => {
      void drained(request).then((bytes) => {
        taken = bytes;
        answer(response, 200, storedOf([item.instance.sopInstance]));
      });
      return true;
    };
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    const started = performance.now();
    const sender = await stowing.senders({ Url: server.url }).open();
    const fates = await fatesOf(sender, [item]);
    await sender.close();
    clearInterval(watch);
    const seconds = (performance.now() - started) / 1_000;
    const grown = Math.round((most - before) / megabyte);
    test.diagnostic(
      `600 MB in ${seconds.toFixed(1)} s, both ends in this process; ${grown} MB more`,
    );
    assert.deepEqual(fates, ["delivered"]);
    assert.ok(taken > size);
    assert.ok(grown < 200, `${grown} MB`);
  });

  it("goes no faster than it may, and that is no silence of the server", async () => {
    await using server = await StowServer.listen();
    await using stowing = await Stowing.open();
    const items = await stowing.items([madeInstance(undefined, 2 * megabyte)]);
    const slow = new Bandwidth(megabyte);
    const settings = webServer({ Url: server.url, Timeout: 0.5 });
    const sender = await new StowSenders(settings, stowing.spool, [slow]).open();
    const started = performance.now();
    assert.deepEqual(await fatesOf(sender, items), ["delivered"]);
    assert.ok(performance.now() - started > 800);
    await sender.close();
  });

  it("that waits for its bandwidth is ended at once", async () => {
    await using server = await StowServer.listen();
    await using stowing = await Stowing.open();
    const items = await stowing.items([madeInstance(undefined, 20 * megabyte)]);
    const slow = new Bandwidth(10_000);
    const settings = webServer({ Url: server.url });
    const sender = await new StowSenders(settings, stowing.spool, [slow]).open();
    const fates = fatesOf(sender, items);
    await delay(200);
    const started = performance.now();
    sender.abort();
    await fates;
    assert.ok(performance.now() - started < 1_000);
    assert.equal(server.stowed.length, 0);
  });
});

async function drained(request: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Slower than whoever sends: what does not wait for it piles up.
    await nextTurn();
  }
  return bytes;
}
