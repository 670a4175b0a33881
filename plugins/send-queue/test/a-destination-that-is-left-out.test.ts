import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Panel } from "../../../src/sdk.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";

describe("a destination that is left out of the configuration", () => {
  it("is told of as long as something is there for it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    try {
      const ports = { old: await freePort(), unused: await freePort() };
      {
        await using host = await QueueHost.open(ports, { folder });
        await host.send("old", [madeInstance(), madeInstance()]);
      }
      await using host = await QueueHost.open({ renamed: ports.old }, { folder });
      const [, { Destinations: all }] = await host.call("GET", "/send-queue");
      const names = (all as readonly { Name: string }[]).map(({ Name: name }) => name);
      assert.deepEqual(names, ["renamed", "old"]);
      const old = await host.destination("old");
      assert.deepEqual([old.State, old.Pending, old.Failed], ["NotConfigured", 2, 0]);
      const [, panel] = await host.call("GET", "/send-queue/panel");
      const [section] = (panel as unknown as Panel).sections;
      const card = section?.cards.find(({ id }) => id === "old");
      assert.deepEqual(
        [card?.state, card?.tone, card?.facts?.[0]?.value],
        ["Not configured", "trouble", 2],
      );
      for (const { ID: id } of await host.items()) {
        await host.call("DELETE", `/send-queue/items/${id}`);
      }
      await assert.rejects(host.destination("old"));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
