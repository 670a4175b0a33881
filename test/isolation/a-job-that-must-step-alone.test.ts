import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobInfo } from "../../src/index.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const isRunning = ({ state }: JobInfo): boolean => state === "running";
const hasEnded = ({ state }: JobInfo): boolean => state === "succeeded" || state === "failed";

interface Scene extends AsyncDisposable {
  readonly host: HurriedHost;
  /** Has crashed twice, and waits until it may step alone. */
  readonly suspect: string;
  /** Steps beside it until it is canceled. */
  readonly beside: string;
}

/** Two slots: one is taken by a job of the same plugin. */
async function open(): Promise<Scene> {
  const host = new HurriedHost({ slots: 2 });
  await host.add("crasher", { kind: "thread" });
  await host.add("neighbour", { kind: "none" });
  await host.begin();
  const crash = { kind: "crash", ways: ["exit", "exit"], maxAttempts: 9 };
  const suspect = await host.submit("crasher", crash);
  await host.until(suspect, ({ attempts }) => attempts === 2);
  await host.engine.pauseJob(suspect);
  await host.logged("runs again", 2);
  const beside = await host.submit("crasher", { kind: "steady", left: 1_000_000 });
  await host.until(beside, isRunning);
  await host.engine.resumeJob(suspect);
  return { host, suspect, beside, [Symbol.asyncDispose]: () => host.close() };
}

describe("a job that must step alone", { timeout: 60_000 }, () => {
  it("takes no slot while others of its plugin step", async () => {
    await using scene = await open();
    const { host, suspect, beside } = scene;
    const other = await host.submit("neighbour", { kind: "steady", left: 3 });
    await host.until(other, hasEnded);
    const states = [suspect, beside, other].map((id) => host.engine.jobInfo(id).state);
    assert.deepEqual(states, ["pending", "running", "succeeded"]);
    await host.engine.cancelJob(beside);
    await host.until(suspect, hasEnded);
  });

  it("goes before those of its plugin that come later", async () => {
    await using scene = await open();
    const { host, suspect, beside } = scene;
    const later = await host.submit("crasher", { kind: "steady", left: 1 });
    await host.engine.cancelJob(beside);
    await host.until(later, hasEnded);
    assert.equal(host.engine.jobInfo(suspect).state, "succeeded");
  });

  it("is canceled at once", async () => {
    await using scene = await open();
    const { host, suspect } = scene;
    await host.engine.cancelJob(suspect);
    const { state, attempts, error } = host.engine.jobInfo(suspect);
    assert.deepEqual([state, attempts, error?.code], ["failed", 2, "JOB_CANCELED"]);
  });

  it("keeps nobody out any more when it was canceled", async () => {
    await using scene = await open();
    const { host, suspect, beside } = scene;
    const later = await host.submit("crasher", { kind: "steady", left: 1 });
    assert.equal(host.engine.jobInfo(later).state, "pending");
    await host.engine.cancelJob(suspect);
    await host.until(later, hasEnded);
    assert.equal(host.engine.jobInfo(beside).state, "running");
    await host.engine.cancelJob(beside);
  });

  it("is pending again after the host has closed", async () => {
    const { host, suspect } = await open();
    await host.close();
    assert.equal(host.engine.jobInfo(suspect).state, "pending");
  });
});
