import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { HostProcess } from "./support/host-process.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";

const isLong = process.env["BATON_LONG"] === "1";
const kills = isLong ? 50 : 4;
const count = isLong ? 1_000 : 60;

/** Each destination has so many associations at most, each of which a kill may make repeat one. */
const associations = 2;

describe("kill -9 loses no image", () => {
  it(`${kills} times, with ${count} instances to two destinations`, async (test) => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    await using steady = await ReceivingPeer.listen();
    await using wavering = await ReceivingPeer.listen();
    // Now and then it takes nothing: its disk is full.
    wavering.answer = (_message, number) => (number % 17 === 16 ? 0x0110 : 0);
    const options = optionsOf(folder, steady.port, wavering.port);
    const instances = Array.from({ length: count }, () => madeInstance(explicit, 20_000));
    let host = await HostProcess.start(options);
    try {
      const ids: string[] = [];
      for (const { file } of instances) ids.push(await host.take(file));
      for (const id of ids) {
        await host.store("/modalities/steady/store", [id]);
        await host.store("/modalities/wavering/store", [id]);
      }
      for (let kill = 0; kill < kills; kill += 1) {
        await delay(Math.random() * 150);
        await host.kill();
        host = await HostProcess.start(options);
      }
      await host.untilSent(2 * count);
    } finally {
      await host.kill();
      await rm(folder, { recursive: true });
    }
    for (const [name, peer] of Object.entries({ steady, wavering })) {
      const arrived = peer.received.map(({ message }) => message.sopInstance);
      const missing = instances.filter(({ sopInstance }) => !arrived.includes(sopInstance));
      assert.deepEqual(missing, [], `${name} lacks some`);
      const refused = Math.floor(peer.received.length / 17);
      const most = count + kills * associations + (name === "wavering" ? refused : 0);
      test.diagnostic(
        `${name}: ${arrived.length - count} more than once, of ${most - count} allowed`,
      );
      assert.ok(arrived.length <= most, `${name} got ${arrived.length}`);
      for (const { bytes, message } of peer.received) {
        const sent = instances.find(({ sopInstance }) => sopInstance === message.sopInstance);
        assert.equal(sent?.dataSet.equals(bytes), true);
      }
    }
  });
});

function optionsOf(folder: string, steady: number, wavering: number): object {
  return {
    store: { kind: "sqlite", path: join(folder, "jobs.sqlite") },
    http: { port: 0 },
    limitJobs: 0,
    historySize: 10_000,
    pluginSettings: {
      "send-queue": {
        DicomModalities: {
          steady: ["STEADY", "127.0.0.1", steady],
          wavering: ["WAVERING", "127.0.0.1", wavering],
        },
        SendQueue: {
          Directory: join(folder, "queue"),
          MinFreeMB: 1,
          Defaults: {
            Concurrency: associations,
            InstanceRetries: [0.05, 0.05, 0.05, 0.05, 0.05],
            Retry: { First: 0.05, Factor: 2, Max: 0.2, Jitter: 0.2 },
          },
        },
      },
    },
  };
}
