import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Crashers, type CrashPlace } from "./support/crashers.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const crashers = new Crashers();

const script = fileURLToPath(new URL("support/host-process.ts", import.meta.url));

interface Started {
  readonly host: ChildProcess;
  /** Where the plugin is. */
  readonly pid: number;
  readonly lines: AsyncIterator<string>;
}

async function startHost(place: CrashPlace, way: string): Promise<Started> {
  const args =
    place === "native" ? ["process", way, crashers.sharedLibrary("crasher")] : [place, way];
  const host = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  return { host, pid: Number(first.value), lines };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("the end of a host", { timeout: 60_000 }, () => {
  const ways = ["process", "native"].flatMap((place) => [
    [place as CrashPlace, "idle"] as const,
    [place as CrashPlace, "endless"] as const,
  ]);
  for (const [place, way] of ways) {
    it(`ends the process of a plugin, even by kill -9, when it is ${way} (${place})`, async () => {
      const { host, pid } = await startHost(place, way);
      assert.notEqual(pid, host.pid);
      assert.ok(isThere(pid));
      // The step has begun.
      if (way === "endless") await delay(300);
      host.kill("SIGKILL");
      await once(host, "exit");
      for (let tries = 0; isThere(pid) && tries < 200; tries += 1) await delay(50);
      assert.ok(!isThere(pid), `the process ${pid} of the plugin is still there`);
    });
  }

  for (const kind of ["thread", "process", "native"] as const) {
    it(`ends an endless loop ${kind}, and leaves nothing behind`, async () => {
      const { host, pid, lines } = await startHost(kind, "endless");
      await delay(300);
      host.kill("SIGTERM");
      assert.equal((await lines.next()).value, "closed");
      const [code] = (await once(host, "exit")) as [number | null];
      assert.equal(code, 0);
      assert.ok(!isThere(pid));
    });

    it(`waits for what a plugin does when it is stopped, ${kind}`, async () => {
      const host = new HurriedHost({ slots: 2 });
      await crashers.add(host, "crasher", kind);
      await host.begin();
      const id = await host.submit("crasher", { kind: "steady", left: 1_000_000 });
      await host.until(id, ({ state }) => state === "running");
      const waiting = await host.submit("crasher", { kind: "fleeting", left: 1_000_000 });
      await host.engine.pauseJob(waiting);
      // Checks that every payload was finalized.
      await host.close();
      assert.equal(host.engine.jobInfo(id).state, "pending");
      assert.deepEqual(host.logs("crashed"), []);
    });

    it(`counts the payloads of a step that never returned, ${kind}`, async () => {
      const host = new HurriedHost({ slots: 2, drainTimeoutMs: 100 });
      await crashers.add(host, "crasher", kind);
      await host.begin();
      const id = await host.submit("crasher", { kind: "endless" });
      await host.until(id, ({ state }) => state === "running");
      await host.close();
      assert.deepEqual(host.logs("crashed"), []);
    });
  }
});
