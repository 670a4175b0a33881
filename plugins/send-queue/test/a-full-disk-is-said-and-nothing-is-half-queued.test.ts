import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";

describe("a full disk is said, and nothing is half queued", () => {
  it("507 until there is room again; what was taken is sent, and once", async (test) => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const disk = join(folder, "queue");
    await mkdir(disk);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=6m", "none", disk]);
    if (mounted.status !== 0) {
      await rm(folder, { recursive: true });
      return test.skip("a small disk of its own needs the rights to mount one");
    }
    try {
      await using peer = await FaultyPeer.listen();
      await using host = await QueueHost.open({ pacs: peer.port }, { folder, minFreeMB: 0 });
      // Somebody else's, who may go.
      await writeFile(join(disk, "other"), Buffer.alloc(2_000_000));
      // Nothing is sent yet.
      await host.call("POST", "/send-queue/destinations/pacs/pause");
      const ids: string[] = [];
      let status = 200;
      while (status === 200 && ids.length < 1_000) {
        const [answered, { ID: id }] = await host.call(
          "POST",
          "/instances",
          madeInstance(explicit, 100_000).file,
        );
        status = answered;
        if (status === 200) ids.push(String(id));
      }
      assert.equal(status, 507);
      assert.deepEqual(await readdir(join(disk, "spool", "incoming")), []);
      // Not a byte is left: the queue cannot take a request, or what became of an instance.
      const rest = join(disk, "rest");
      await writeFile(rest, Buffer.alloc(6_000_000)).catch(() => {});
      const answers = [];
      for (let tries = 0; tries < 3; tries += 1) {
        const body = { Resources: ids, Asynchronous: true };
        answers.push((await host.call("POST", "/modalities/pacs/store", body))[0]);
      }
      const queued = (await host.items()).length;
      assert.equal(queued, answers.includes(200) ? ids.length : 0);
      await rm(rest);
      await rm(join(disk, "other"));
      if (queued === 0) await host.store("pacs", ids);
      await host.call("POST", "/send-queue/destinations/pacs/resume");
      // While it is sent the disk is full again: what became of the instances waits in memory.
      await writeFile(rest, Buffer.alloc(6_000_000)).catch(() => {});
      for (let tries = 0; peer.stored.length < ids.length && tries < 500; tries += 1)
        await delay(20);
      assert.equal(peer.stored.length, ids.length);
      await rm(rest);
      await host.until("pacs", ({ Pending: pending }) => pending === 0);
      assert.deepEqual([...new Set(peer.counts.values())], [1]);
      assert.equal((await host.destination("pacs")).Sent, ids.length);
    } finally {
      spawnSync("umount", ["-l", disk]);
      await rm(folder, { recursive: true });
    }
  });
});
