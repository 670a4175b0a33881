import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ParkedJobs, unsaved } from "../support/parked-jobs.ts";

void describe("above maxPayloads", () => {
  void it("the jobs that start last are parked, and revived in their turn", async () => {
    await using jobs = await ParkedJobs.open({ maxPayloads: 2 });
    for (const name of ["a", "b", "c", "d"]) await jobs.submit(name);
    assert.deepEqual(jobs.live, ["a", "b"]);
    assert.deepEqual(jobs.traces("d"), ["finalize"]);
    await jobs.open();
    assert.deepEqual(jobs.started, ["a", "b", "c", "d"]);
    assert.deepEqual(jobs.traces("d"), ["finalize", "step stop:success finalize"]);
  });

  void it("a job that goes before the others has another one parked", async () => {
    await using jobs = await ParkedJobs.open({ maxPayloads: 2 });
    for (const [name, priority] of [
      ["a", 0],
      ["b", 1],
      ["c", 2],
    ] as const)
      await jobs.submit(name, {}, { priority });
    assert.deepEqual(jobs.live, ["b", "c"]);
    await jobs.open();
    assert.deepEqual(jobs.started, ["c", "b", "a"]);
  });

  void it("those go first that are not due for long", async () => {
    await using jobs = await ParkedJobs.open({ maxPayloads: 2 });
    await jobs.submit("in a minute", {}, { startAfterMs: 60_000, priority: 9 });
    await jobs.submit("in a second", {}, { startAfterMs: 1_000 });
    await jobs.submit("a");
    assert.deepEqual(jobs.live, ["in a second", "a"]);
    await jobs.submit("b");
    assert.deepEqual(jobs.live, ["a", "b"]);
    await jobs.open();
    await jobs.engine.advance(1_000);
    await jobs.engine.advance(59_000);
    assert.deepEqual(jobs.started, ["a", "b", "in a second", "in a minute"]);
  });

  void it("a job that cannot be saved keeps its payload, and does not count", async () => {
    await using jobs = await ParkedJobs.open({ maxPayloads: 1 });
    for (const name of ["a", "b"]) await jobs.submit(name, unsaved);
    for (const name of ["c", "d"]) await jobs.submit(name);
    assert.deepEqual(jobs.live, ["a", "b", "c"]);
  });

  void it("a job that nobody can revive keeps its payload until somebody can", async () => {
    await using jobs = await ParkedJobs.open({ maxPayloads: 1 }, false);
    for (const name of ["a", "b", "c"]) await jobs.submit(name);
    assert.deepEqual(jobs.live, ["a", "b", "c"]);
    jobs.register();
    await jobs.engine.drain();
    assert.deepEqual(jobs.live, ["a"]);
  });

  void it("only pending jobs are parked, one that was paused when it is resumed", async () => {
    await using jobs = await ParkedJobs.open({ maxPayloads: 1 });
    await jobs.submit("paused");
    await jobs.host.pauseJob(jobs.idOf("paused"));
    await jobs.submit("a");
    await jobs.submit("b");
    assert.deepEqual(jobs.live, ["paused", "a"]);
    await jobs.host.resumeJob(jobs.idOf("paused"));
    await jobs.engine.drain();
    assert.deepEqual(jobs.live, ["paused"]);
  });

  void it("nothing is parked if there is no bound", async () => {
    await using jobs = await ParkedJobs.open({ maxPayloads: 0 });
    for (const name of ["a", "b", "c"]) await jobs.submit(name);
    assert.deepEqual(jobs.live, ["a", "b", "c"]);
  });
});
