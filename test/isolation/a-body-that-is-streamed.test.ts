import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openPluginHost, type PluginHarness } from "../../src/testing/index.ts";

const path = fileURLToPath(new URL("support/uploader.ts", import.meta.url));

const send = async (
  { host }: PluginHarness,
  target: string,
  body: Uint8Array,
): Promise<readonly [number, unknown]> => {
  const headers = { "x-own": "mine" };
  const answer = await fetch(`${host.url}${target}`, { method: "POST", headers, body });
  const text = await answer.text();
  return [answer.status, text.startsWith("{") ? JSON.parse(text) : text];
};

describe("a body that is streamed to a plugin", () => {
  for (const isolation of ["none", "thread", "process"] as const) {
    it(`arrives whole, is bounded, and need not be read: isolation ${isolation}`, async () => {
      await using harness = await openPluginHost({ path, isolation });
      const body = new Uint8Array(2_000_003).map((_, at) => at % 251);
      const sum = createHash("sha256").update(body).digest("hex");
      assert.deepEqual(await send(harness, "/upload", body), [200, { sum, own: "mine" }]);
      const { chunks } = (await harness.request("GET", "/last")).json() as unknown as Last;
      assert.ok(chunks > 10, `${chunks} chunks`);
      const [tooLarge] = await send(harness, "/upload", new Uint8Array(3_000_001));
      assert.equal(tooLarge, 413);
      assert.deepEqual(await send(harness, "/blindly", body), [200, "none of it"]);
    });

    it(`comes no faster than it is taken: isolation ${isolation}`, async () => {
      await using harness = await openPluginHost({ path, isolation });
      const client = request(`${harness.host.url}/slowly`, { method: "POST" });
      for (let block = 0; block < 64; block += 1) client.write(Buffer.alloc(1_048_576));
      client.end();
      const [socket] = await once(client, "socket");
      let [before, same] = [Infinity, 0];
      while (same < 10) {
        await delay(20);
        same = socket.writableLength === before ? same + 1 : 0;
        before = socket.writableLength;
      }
      assert.ok(before > 32 * 1_048_576, `only ${before} bytes are left`);
      await harness.request("POST", "/read-on");
      const [response] = await once(client, "response");
      const chunks = await response.toArray();
      assert.deepEqual(JSON.parse(Buffer.concat(chunks).toString()), { size: 64 * 1_048_576 });
    });

    it(`ends when the client goes away: isolation ${isolation}`, async () => {
      await using harness = await openPluginHost({ path, isolation });
      const headers = { "content-length": "1000000" };
      const client = request(`${harness.host.url}/upload`, { method: "POST", headers });
      client.on("error", () => {});
      client.write(Buffer.alloc(1_000));
      const ended = async (): Promise<Last> =>
        (await harness.request("GET", "/last")).json() as unknown as Last;
      while ((await ended()).chunks === 0) await delay(10);
      client.destroy();
      while ((await ended()).ended === "") await delay(10);
      assert.equal((await ended()).ended, "AbortError");
    });
  }
});

interface Last {
  readonly chunks: number;
  readonly ended: string;
}
