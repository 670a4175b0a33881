import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Queue } from "../../src/queue/queue.ts";
import { HostProcess } from "../support/host-process.ts";
import { explicit, madeInstance } from "../support/made-instance.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";

const isLong = process.env["BATON_LONG"] === "1";
const kills = isLong ? 30 : 3;
const count = isLong ? 1_000 : 80;

describe("kill -9 while a folder is taken", () => {
  it(`${kills} times: each of ${count} files is queued once, and none is lost`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "sq-in-kill-"));
    await using peer = await ReceivingPeer.listen();
    const inbox = join(folder, "in");
    const options = {
      store: { kind: "sqlite", path: join(folder, "jobs.sqlite") },
      http: { port: 0 },
      limitJobs: 0,
      pluginSettings: {
        "send-queue": {
          DicomModalities: { pacs: ["PACS", "127.0.0.1", peer.port] },
          SendQueue: {
            Directory: join(folder, "queue"),
            MinFreeMB: 1,
            Folders: { in: { Path: inbox, StableSeconds: 0, ScanSeconds: 0.1 } },
            Rules: [{ When: { Modality: "CT", Folder: "in" }, To: ["pacs"] }],
            // What is taken twice would be queued twice.
            Defaults: {
              RepushPolicy: "always",
              Retry: { First: 0.05, Factor: 1, Max: 0.1, Jitter: 0 },
            },
          },
        },
      },
    };
    const instances = Array.from({ length: count }, () => madeInstance(explicit, 50_000));
    await mkdir(inbox);
    let host = await HostProcess.start(options);
    try {
      const dropping = (async () => {
        for (const [index, { file }] of instances.entries()) {
          await writeFile(join(inbox, `.${index}`), file);
          await rename(join(inbox, `.${index}`), join(inbox, `${index}.dcm`));
          // So that there are some at the last kill, too.
          await delay(isLong ? 50 : 5);
        }
      })();
      for (let kill = 0; kill < kills; kill += 1) {
        await delay(50 + Math.random() * 300);
        await host.kill();
        host = await HostProcess.start(options);
      }
      await dropping;
      await host.untilSent(count);
    } finally {
      await host.kill();
    }
    const left = (await readdir(inbox, { recursive: true })).filter((name) =>
      name.endsWith(".dcm"),
    );
    assert.deepEqual(left, []);
    const queue = await Queue.open(join(folder, "queue", "queue.sqlite"));
    const items = await queue.call("items", { filter: {}, limit: 10 * count });
    await queue.close();
    assert.equal(items.length, count);
    const wanted = instances.map(({ sopInstance }) => sopInstance).toSorted();
    assert.deepEqual(items.map(({ instance }) => instance.sopInstance).toSorted(), wanted);
    const arrived = new Set(peer.received.map(({ message }) => message.sopInstance));
    assert.deepEqual([...arrived].toSorted(), wanted);
    await rm(folder, { recursive: true });
  });
});
