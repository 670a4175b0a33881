import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Asker, type Wanted } from "./support/asker.ts";
import { CountedPeer } from "./support/counted-peer.ts";
import { HostProcess } from "./support/host-process.ts";
import { explicit, madeInstance, type MadeInstance } from "./support/made-instance.ts";

const isLong = process.env["BATON_LONG"] === "1";
const kills = isLong ? 50 : 4;
/** So many come before each kill. */
const atATime = isLong ? 40 : 16;
const count = kills * atATime;

/** Each destination has so many associations at most, each of which a kill may make repeat one. */
const associations = 2;

/** What a peer rejects that is busy: transient, by the provider, temporary congestion. */
const busy = { result: 2, source: 3, reason: 1 };

describe("kill -9 loses no image", () => {
  it(`${kills} times, while ${count} instances come, and go to two destinations`, async (test) => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    await using steady = await CountedPeer.listen(() => false);
    await using wavering = await CountedPeer.listen((number) => number % 17 === 16);
    let calls = 0;
    wavering.peer.admit = () => ((calls += 1) % 3 === 0 ? busy : null);
    const options = optionsOf(folder, steady.peer.port, wavering.peer.port);
    const instances = Array.from({ length: count }, () => madeInstance(explicit, 20_000));
    const asker = new Asker(["wavering", "steady"]);
    const peers = { steady, wavering };
    let inTheMiddle = 0;
    let host = await HostProcess.start(options);
    try {
      for (let kill = 0; kill < kills; kill += 1) {
        const some = instances.slice(kill * atATime, (kill + 1) * atATime);
        const moments = [
          (): Promise<unknown> => delay(Math.random() * 150),
          (): Promise<unknown> => steady.more(1 + Math.floor(Math.random() * (atATime / 2))),
          (): Promise<unknown> => wavering.more(1 + Math.floor(Math.random() * (atATime / 2))),
        ];
        // While they come in, one after the other; or when some of those that came together went out.
        const isComing = kill % 3 === 0;
        const moment = moments[kill % 3]?.();
        const asking = asker.ask(host, some, isComing ? 1 : Infinity);
        await moment;
        await host.kill();
        await asking;
        if (isLacking(asker.wanted, peers)) inTheMiddle += 1;
        host = await HostProcess.start(options);
      }
      await asker.ask(host, [], Infinity);
      assert.ok(asker.isAnswered);
      await host.untilNothingWaits();
      const files = await filesIn(join(folder, "queue", "spool"));
      assert.equal(files.length, count, "files in the spool");
    } finally {
      await host.kill();
      await rm(folder, { recursive: true });
    }
    test.diagnostic(`${inTheMiddle} of ${kills} kills while something was to be done`);
    assert.ok(inTheMiddle >= Math.floor(kills / 2), "most kills came when nothing was to be done");
    for (const [name, wanted] of asker.wanted) {
      const words = checked(peers[name as keyof typeof peers], wanted, instances);
      test.diagnostic(`${name}: ${words}`);
    }
  });
});

/** Whether something is owed to somebody who asked, or was promised and has not arrived. */
const isLacking = (
  all: ReadonlyMap<string, Wanted>,
  peers: Readonly<Record<string, CountedPeer>>,
): boolean =>
  [...all].some(
    ([name, { owed, promised }]) =>
      owed.size > 0 || [...promised].some((uid) => peers[name]?.kept.has(uid) !== true),
  );

/** A peer has everything, as it was, and hardly anything twice. Answers how much. */
function checked(
  { kept, peer, refused }: CountedPeer,
  { asked }: Wanted,
  instances: readonly MadeInstance[],
): string {
  const files = new Map(instances.map(({ sopInstance, dataSet }) => [sopInstance, dataSet]));
  const missing = [...files.keys()].filter((uid) => !kept.has(uid));
  assert.deepEqual(missing, [], "lost");
  const arrived = peer.received.length;
  const most = asked + kills * associations + refused;
  assert.ok(arrived <= most, `${arrived} arrived, of at most ${most}`);
  for (const { bytes, message } of peer.received) {
    assert.equal(files.get(message.sopInstance)?.equals(bytes), true);
  }
  const twice = `${asked - instances.length} were asked for twice`;
  return `${arrived} came for ${instances.length}; ${refused} were refused, ${twice}`;
}

/** Whole ones, and what was left of others. */
const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

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
