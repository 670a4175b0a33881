import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost, type Plugin } from "../../src/index.ts";

void describe("a host that closes", () => {
  void it("stops its plugins in reverse order, after every finalize", async () => {
    const order: string[] = [];
    const plugin = (name: string): Plugin => ({
      name,
      version: "1",
      start: async (host) => {
        const job = { type: "later", payload: null, step: () => ({ kind: "success" }) as const };
        const handle = host.createJob({
          ...job,
          finalize: () => void order.push(`finalize of ${name}`),
        });
        await host.submitJob(handle, { startAfterMs: 60_000 });
      },
      stop: () => void order.push(`stop of ${name}`),
    });
    const host = await openHost({ plugins: ["a", "b", "c"].map(plugin) });
    await host.close();
    assert.deepEqual(order.slice(3), ["stop of c", "stop of b", "stop of a"]);
    assert.equal(
      order.slice(0, 3).every((call) => call.startsWith("finalize")),
      true,
    );
  });
});
