import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../../test/support/free-port.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { PeerProcess, hasPeer } from "./support/peers.ts";
import { QueueHost, type ShownDestination } from "./support/queue-host.ts";

const isLong = process.env["BATON_LONG"] === "1";
const count = isLong ? 2_000 : 150;
const kills = isLong ? 20 : 3;

const everythingSent = ({ Pending: pending }: ShownDestination): boolean => pending === 0;

describe("a peer in a process of its own that is killed or hangs loses nothing", () => {
  let folder = "";
  let port = 0;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    await mkdir(join(folder, "archive"));
    port = await freePort();
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** It names each file after its instance. */
  const start = (): Promise<PeerProcess> => {
    const options = ["+B", "+xa", "-od", join(folder, "archive"), String(port)];
    return PeerProcess.listening("storescp", options, port);
  };
  const arrived = async (): Promise<readonly string[]> =>
    (await readdir(join(folder, "archive"))).map((name) => name.slice(name.indexOf(".") + 1));

  it(`kill -9 of it ${kills} times: what was acknowledged is there, and the rest follows`, async (test) => {
    if (!hasPeer(test, "storescp")) return;
    let peer = await start();
    await using host = await QueueHost.open({ pacs: port });
    const instances = Array.from({ length: count }, () => madeInstance(explicit, 60_000));
    await host.send("pacs", instances);
    for (let kill = 0; kill < kills; kill += 1) {
      await delay(50 + Math.random() * 200);
      await peer[Symbol.asyncDispose]();
      const acknowledged = (await host.items("state=sent")).map(({ SOPInstanceUID: uid }) => uid);
      const there = new Set(await arrived());
      assert.deepEqual(
        acknowledged.filter((uid) => !there.has(uid)),
        [],
      );
      peer = await start();
    }
    await host.until("pacs", ({ Pending: pending }) => pending === 0, 60_000);
    await peer[Symbol.asyncDispose]();
    const items = await host.items();
    assert.deepEqual([...new Set(items.map(({ State: state }) => state))], ["Sent"]);
    const wanted = instances.map(({ sopInstance }) => sopInstance).toSorted();
    assert.deepEqual((await arrived()).toSorted(), wanted);
    // Two associations: a kill is charged to what was on its way, to nobody else.
    const charged = items.reduce((sum, { Attempts: attempts }) => sum + attempts, 0);
    assert.ok(charged <= 2 * kills, `${charged} charges`);
  });

  it("one that hangs in the middle of an instance is given up, and sent to when it is back", async (test) => {
    if (!hasPeer(test, "storescp")) return;
    await using peer = await start();
    await using host = await QueueHost.open({
      pacs: { AET: "PACS", Host: "127.0.0.1", Port: port, Timeout: 0.5 },
    });
    await host.send("pacs", [madeInstance(explicit, 1_000)]);
    await host.until("pacs", everythingSent);
    // More than the buffers of the system take; and the association of before still stands.
    const ids = await host.take([12_000_000, 1_000].map((size) => madeInstance(explicit, size)));
    peer.kill("SIGSTOP");
    await host.store("pacs", ids);
    const charged = async (): Promise<boolean> =>
      (await host.items("state=pending")).some(({ ErrorCode: code }) => code === "TIMED_OUT");
    for (let tries = 0; !(await charged()); tries += 1) {
      assert.ok(tries < 200, "nothing was given up");
      await delay(50);
    }
    peer.kill("SIGCONT");
    await host.until("pacs", everythingSent, 60_000);
    const states = (await host.items()).map(({ State: state }) => state);
    assert.deepEqual(states, ["Sent", "Sent", "Sent"]);
    assert.equal((await arrived()).length, 3);
  });
});
