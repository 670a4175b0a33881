import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("queue-host-process.ts", import.meta.url));

/** Instances of a destination. */
interface Counts {
  readonly Pending: number;
  readonly Sent: number;
  readonly Failed: number;
}

/** A host with the send queue in a process of its own, to be killed. */
export class HostProcess {
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

  /** `path`: of a destination's store, or stow. */
  async store(path: string, ids: readonly string[]): Promise<void> {
    const body = JSON.stringify({ Resources: ids, Asynchronous: true });
    const answer = await fetch(`${this.#url}${path}`, { method: "POST", body });
    assert.equal(answer.status, 200, await answer.text());
  }

  untilSent(wanted: number): Promise<void> {
    return this.#until((all) => all.reduce((sum, { Sent: sent }) => sum + sent, 0) === wanted);
  }

  /** Everything was sent, nothing has failed. */
  untilNothingWaits(): Promise<void> {
    return this.#until((all) => all.every(({ Pending: pending }) => pending === 0));
  }

  async #until(isSo: (all: readonly Counts[]) => boolean): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      const answer = await fetch(`${this.#url}/send-queue`);
      const { Destinations: all } = (await answer.json()) as { Destinations: readonly Counts[] };
      assert.ok(
        all.every(({ Failed: failed }) => failed === 0),
        JSON.stringify(all),
      );
      if (isSo(all)) return;
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
