import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { JsonObject, JsonValue } from "../../src/sdk.ts";
import { openPluginHost } from "../../src/testing/index.ts";

const path = fileURLToPath(new URL("support/sender.ts", import.meta.url));

for (const isolation of ["thread", "process"] as const) {
  describe(`a request that an isolated plugin answers with a job (${isolation})`, () => {
    it("waits for it, gets its id, its failure, or why there is none", async () => {
      await using harness = await openPluginHost({ path, isolation }, { historySize: 0 });
      const send = async (body: JsonValue): Promise<readonly [number, JsonObject]> => {
        const answer = await harness.request("POST", "/send", body);
        return [answer.status, answer.json() as JsonObject];
      };
      assert.deepEqual(await send({}), [200, { Sent: 3 }]);
      const [status, { ID: id, Path: at }] = await send({ Asynchronous: true });
      assert.deepEqual([status, at], [200, `/jobs/${id as string}`]);
      const [failed, { OrthancStatus: number, BatonError: error }] = await send({ Fails: true });
      assert.deepEqual([failed, number, (error as JsonObject)["Code"]], [500, 1, "REMOTE_REFUSED"]);
      const [refused, { Details: details }] = await send({ Priority: "high" });
      assert.equal(refused, 400);
      assert.match(details as string, /a priority is a whole number of 32 bits, not "high"/);
    });
  });
}
