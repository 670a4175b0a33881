import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { statuses } from "../../src/adapters/native/numbers.ts";
import { openHost, type Host } from "../../src/index.ts";
import { eventually } from "./support/host-eventually.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

/** Collects garbage: what the process keeps is then what somebody holds. */
const collect: () => void = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
})();

const mib = 1_048_576;
const closing = statuses.indexOf("CLOSING");

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("streamer")));
after(() => workshop.remove());

const open = (): Promise<Host> => openHost({ plugins: [library], http: { port: 0 } });

/** The answer's head; its body waits to be read. */
async function get(host: Host, path: string, method = "GET"): Promise<IncomingMessage> {
  const sent = httpRequest(`${host.url}/streamer/${path}`, { method, agent: false });
  sent.on("error", () => {});
  sent.end();
  const [response] = await once(sent, "response");
  return response;
}

async function told(host: Host): Promise<{ readonly writes: number; readonly status: number }> {
  const text = await (await fetch(`${host.url}/streamer/told`)).text();
  const [writes, status] = text.split(" ").map(Number);
  assert(writes !== undefined && status !== undefined, text);
  return { writes, status };
}

/** How many writes went well, once the handler waits: then it is twice the same. */
async function standstill(host: Host): Promise<number> {
  let seen = -1;
  await eventually(async () => {
    const earlier = seen;
    await sleep(100);
    ({ writes: seen } = await told(host));
    return seen > 0 && seen === earlier;
  });
  return seen;
}

/** What the route writes, from any offset on: cut out of this. */
const pattern = Buffer.from(Array.from({ length: mib + 251 }, (_, at) => at % 251));

describe("a native route", { timeout: 60_000 }, () => {
  it("streams 64 MiB to a slow client in little memory, and every byte is right", async () => {
    await using host = await open();
    const response = await get(host, `bytes?writes=256&size=${mib / 4}`);
    assert.equal(response.statusCode, 200);
    // What is on its way: 1 MiB, and what two sockets hold.
    assert.ok((await standstill(host)) < 128, "the handler does not wait");
    collect();
    const first = process.memoryUsage().rss;
    let [most, size] = [first, 0];
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const start = size % 251;
      assert.ok(chunk.equals(pattern.subarray(start, start + chunk.length)), `after ${size} bytes`);
      if (Math.floor((size + chunk.length) / mib) > Math.floor(size / mib)) {
        await sleep(5);
        collect();
      }
      size += chunk.length;
      most = Math.max(most, process.memoryUsage().rss);
    }
    assert.equal(size, 64 * mib);
    assert.deepEqual(await told(host), { writes: 256, status: 0 });
    const grown = (most - first) / mib;
    // A checker of memory keeps what was freed, to see whether it is used.
    const bound = process.env["BATON_SANITIZED"] === undefined ? 32 : 512;
    assert.ok(grown < bound, `${grown.toFixed(1)} MiB more`);
  });

  it("is told CLOSING when its client went away, and others are answered", async () => {
    await using host = await open();
    const response = await get(host, `bytes?writes=256&size=${mib / 4}`);
    await once(response, "data");
    response.destroy();
    await eventually(async () => (await told(host)).status === closing);
    assert.ok((await told(host)).writes < 256);
    // More than there are request threads: none of them is lost.
    const again = Array.from({ length: 9 }, async () => {
      const one = await fetch(`${host.url}/streamer/bytes?writes=8&size=${mib / 4}`);
      return (await one.arrayBuffer()).byteLength;
    });
    assert.deepEqual(
      await Promise.all(again),
      again.map(() => 2 * mib),
    );
  });

  it("is told CLOSING when the host closes, however slow the client is", async () => {
    const host = await open();
    const response = await get(host, `bytes?writes=256&size=${mib / 4}`);
    response.on("error", () => {});
    await standstill(host);
    const closed = new Promise((resolve) => void response.once("close", resolve));
    await host.close();
    response.resume();
    await closed;
    assert.equal(response.complete, false);
  });

  it("breaks the answer off when it fails in the middle", async () => {
    await using host = await open();
    const response = await get(host, `bytes?writes=8&size=${mib / 4}&fails=1`);
    await assert.rejects(async () => {
      for await (const chunk of response) assert.ok(chunk);
    });
    assert.equal(response.complete, false);
    assert.equal((await told(host)).status, 0);
  });

  it("sends no body to HEAD, and stops what would be long", async () => {
    await using host = await open();
    const response = await get(host, `bytes?writes=256&size=${mib / 4}`, "HEAD");
    assert.equal(response.statusCode, 200);
    response.resume();
    await once(response, "end");
    await eventually(async () => (await told(host)).status === closing);
  });
});
