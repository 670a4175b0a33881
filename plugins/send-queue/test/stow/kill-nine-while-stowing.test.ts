import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { HostProcess } from "../support/host-process.ts";
import { explicit, madeInstance } from "../support/made-instance.ts";
import { answer, storedOf, StowServer } from "../support/stow-server.ts";

const isLong = process.env["BATON_LONG"] === "1";
const kills = isLong ? 50 : 3;
const count = isLong ? 1_000 : 120;

/** A kill may make each connection repeat one request. */
const connections = 2;
const batch = 10;

describe("kill -9 while stowing loses no image", () => {
  it(`${kills} times, with ${count} instances, of which a server now and then drops one`, async (test) => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    await using server = await StowServer.listen();
    const dropped: string[] = [];
    const arrived = new Set<string>();
    server.react = (response, { uids }, number) => {
      const kept = number % 5 === 4 ? uids.slice(1) : uids;
      dropped.push(...uids.slice(0, uids.length - kept.length));
      for (const uid of kept) arrived.add(uid);
      // Long enough to be killed in between.
      void delay(50).then(() => answer(response, 200, storedOf(kept)));
    };
    const options = optionsOf(folder, server.url);
    const instances = Array.from({ length: count }, () => madeInstance(explicit, 20_000));
    let host = await HostProcess.start(options);
    try {
      const ids: string[] = [];
      for (const { file } of instances) ids.push(await host.take(file));
      for (let at = 0; at < count; at += 40) {
        await host.store("/dicom-web/servers/web/stow", ids.slice(at, at + 40));
      }
      for (let kill = 0; kill < kills; kill += 1) {
        await delay(Math.random() * 150);
        await host.kill();
        host = await HostProcess.start(options);
      }
      await host.untilSent(count);
    } finally {
      await host.kill();
      await rm(folder, { recursive: true });
    }
    const missing = instances.filter(({ sopInstance }) => !arrived.has(sopInstance));
    assert.deepEqual(missing, []);
    const came = server.stowed.flatMap(({ files }) => files);
    const most = count + dropped.length + kills * connections * batch;
    test.diagnostic(
      `${came.length - count} more than once, ${dropped.length} of them were dropped`,
    );
    assert.ok(came.length <= most, `${came.length} came`);
    const files = new Set(instances.map(({ file }) => file.toString("latin1")));
    assert.ok(came.every((file) => files.has(file.toString("latin1"))));
  });
});

const optionsOf = (folder: string, url: string): object => ({
  store: { kind: "sqlite", path: join(folder, "jobs.sqlite") },
  http: { port: 0 },
  limitJobs: 0,
  pluginSettings: {
    "send-queue": {
      DicomWeb: { Servers: { web: { Url: url } } },
      SendQueue: {
        Directory: join(folder, "queue"),
        MinFreeMB: 1,
        Stow: { BatchInstances: batch },
        Defaults: {
          Concurrency: connections,
          InstanceRetries: [0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05],
          Retry: { First: 0.05, Factor: 2, Max: 0.2, Jitter: 0.2 },
        },
      },
    },
  },
});
