import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";

const isLong = process.env["BATON_LONG"] === "1";
const kills = isLong ? 50 : 4;
const count = isLong ? 1_000 : 60;
const program = fileURLToPath(new URL("support/queue-host-process.ts", import.meta.url));

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
        await host.store("steady", id);
        await host.store("wavering", id);
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

class HostProcess {
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  static async start(options: object): Promise<HostProcess> {
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    const [url] = (await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(() => assert.fail("the host has ended")),
    ])) as [string];
    return new HostProcess(child, url);
  }

  async take(file: Buffer): Promise<string> {
    const answer = await fetch(`${this.#url}/instances`, { method: "POST", body: file });
    const { ID: id } = (await answer.json()) as { ID: string };
    assert.equal(answer.status, 200);
    return id;
  }

  async store(modality: string, id: string): Promise<void> {
    const body = JSON.stringify({ Resources: [id], Asynchronous: true });
    const target = `${this.#url}/modalities/${modality}/store`;
    const answer = await fetch(target, { method: "POST", body });
    assert.equal(answer.status, 200, await answer.text());
  }

  async untilSent(wanted: number): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      const answer = await fetch(`${this.#url}/send-queue`);
      const { Destinations: all } = (await answer.json()) as {
        Destinations: { Sent: number; Failed: number }[];
      };
      assert.deepEqual(
        all.map(({ Failed: failed }) => failed),
        [0, 0],
        JSON.stringify(all),
      );
      if (all.reduce((sum, { Sent: sent }) => sum + sent, 0) === wanted) return;
      await delay(100);
    }
    assert.fail("not everything was sent within a minute");
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }
}
