import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { definePlugin, openHost, Job, StepResult } from "../../src/index.ts";
import type { Panel } from "../../src/sdk.ts";
import { noRoutes, scriptedAbout, send, startTestServer } from "./scripted-host.ts";

class Nap extends Job {
  readonly type = "Nap";
  step(): StepResult {
    return StepResult.success;
  }
}

const napper = definePlugin({
  name: "napper",
  version: "3.1",
  start(host) {
    host.registerJob("Nap", () => new Nap(), { create: () => new Nap() });
    host.registerJob("Sleep", () => new Nap());
    const panel = { sections: [] } satisfies Panel;
    host.registerRoute("GET", "/napper/panel", () => ({ body: panel }), { panel: "Naps" });
  },
});

describe("what a host says of itself", () => {
  it("is Orthanc's, with its own version beside", async () => {
    await using host = await openHost({ http: { port: 0 }, concurrentJobs: 3 });
    const { status, json } = await send(String(host.url), "GET", { path: "/system/" });
    assert.equal(status, 200);
    const system = json as Readonly<Record<string, unknown>>;
    assert.equal(system["Version"], "1.12.7");
    assert.match(String(system["BatonVersion"]), /^\d+\.\d+\.\d+/);
    assert.equal(system["HttpPort"], Number(new URL(String(host.url)).port));
    assert.deepEqual(system["Performance"], { ConcurrentJobs: 3 });
  });

  it("names its plugins, and what each has registered", async () => {
    await using host = await openHost({ http: { port: 0 }, plugins: [napper] });
    const url = String(host.url);
    assert.deepEqual((await send(url, "GET", { path: "/plugins" })).json, ["napper"]);
    assert.deepEqual((await send(url, "GET", { path: "/plugins/napper" })).json, {
      ID: "napper",
      Isolation: "none",
      JobTypes: [
        { CanCreate: true, Type: "Nap" },
        { CanCreate: false, Type: "Sleep" },
      ],
      Panels: [{ Path: "/napper/panel", Title: "Naps" }],
      Runner: "javascript",
      Version: "3.1",
    });
    const { status, text } = await send(url, "GET", { path: "/plugins/nobody" });
    assert.equal(status, 404);
    assert.match(text, /No plugin is named nobody/);
  });

  it("is alive and ready as long as nothing keeps it from its work", async () => {
    await using host = await openHost({ http: { port: 0 } });
    const get = async (path: string): Promise<unknown> =>
      (await send(String(host.url), "GET", { path })).json;
    assert.deepEqual(await get("/health/live"), { Status: "live" });
    assert.deepEqual(await get("/health/ready"), { Status: "ready" });
  });

  it("is alive, but not ready, while its store refuses to write", async () => {
    const sentence = "The store refuses to write.";
    const troubles = () => [{ code: "STORE_FAILED", sentence }] as const;
    await using server = await startTestServer(noRoutes, { about: { ...scriptedAbout, troubles } });
    assert.equal((await server.send("GET", "/health/live")).status, 200);
    const { status, json } = await server.send("GET", "/health/ready");
    assert.equal(status, 503);
    assert.equal((json as { Details: string }).Details, sentence);
  });
});
