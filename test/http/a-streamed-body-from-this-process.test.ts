import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createApp } from "../../src/http/app.ts";
import { InProcessRest } from "../../src/http/in-process.ts";
import type { StreamRouteHandler } from "../../src/ports/plugin.ts";
import { ScriptedJobs } from "./scripted-host.ts";
import { counting, streamedTo, wait } from "./support/streamed-routes.ts";

async function call(handler: StreamRouteHandler): Promise<[status: number, body: string]> {
  const routes = streamedTo(handler);
  const app = createApp({ jobs: new ScriptedJobs(), routes, onError: () => {} });
  const sent = { method: "POST", target: "/in", headers: [], body: Buffer.alloc(200_000) } as const;
  const { status, body } = await new InProcessRest(app).call(sent);
  return [status, Buffer.from(body).toString()];
}

describe("a streamed body that comes from this process", () => {
  it("is read as one of a connection", async () => {
    const [status, body] = await call(counting);
    assert.deepEqual([status, JSON.parse(body)], [200, { size: 200_000 }]);
  });

  it("need not be read: there is no connection to end, and nothing is thrown later", async () => {
    const [status, body] = await call(async () => ({ status: 403, body: "not read" }));
    assert.deepEqual([status, body], [403, "not read"]);
    // What is thrown meanwhile, in a later turn, fails the test.
    await wait(50);
  });
});
