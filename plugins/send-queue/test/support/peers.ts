import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { connect } from "node:net";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

/** Whether a program of a peer is there. If not the test skips, or fails where peers are required. */
export function hasPeer(test: TestContext, program: string): boolean {
  const { error } = spawnSync(program, ["--version"]);
  if (error === undefined) return true;
  assert.notEqual(process.env["BATON_REQUIRE_PEERS"], "1", `there is no ${program}`);
  test.skip(`there is no ${program} (Debian: dcmtk)`);
  return false;
}

/** A busy machine takes long to start one; milliseconds. */
const startMs = 60_000;

/** A peer in a process of its own, until it is disposed of. */
export class PeerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** What it has written. */
  output = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    const hear = (chunk: Buffer): void => void (this.output += chunk.toString("latin1"));
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
  }

  /** Resolves when it answers on `port`. Nobody waits for Nagle in the tests: see the facts of DCMTK. */
  static async listening(
    program: string,
    options: readonly string[],
    port: number,
    environment: NodeJS.ProcessEnv = { TCP_NODELAY: "1", TCP_BUFFER_LENGTH: "131072" },
  ): Promise<PeerProcess> {
    const env = { ...process.env, ...environment };
    const peer = new PeerProcess(spawn(program, [...options], { env, stdio: "pipe" }));
    const late = performance.now() + startMs;
    while (!(await answers(port))) {
      assert.ok(
        performance.now() < late && peer.isRunning,
        `${program} does not listen: ${peer.output}`,
      );
      await delay(50);
    }
    return peer;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isRunning) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
