import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { QueuedInstance } from "../../src/queue/item.ts";
import { Queue } from "../../src/queue/queue.ts";
import { queuedInstance } from "../support/queued-instance.ts";

describe("what came under a UID is known", () => {
  let folder = "";
  let queue: Queue;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    queue = await Queue.open(join(folder, "queue.sqlite"));
  });
  afterEach(async () => {
    await queue.close();
    await rm(folder, { recursive: true });
  });

  const keep = (instance: QueuedInstance): Promise<unknown> =>
    queue.call("keep", { instance, now: 1 });
  const enter = async (instance: QueuedInstance, destination: string): Promise<void> => {
    await keep(instance);
    const request = { id: instance.hash, destination, priority: 0, isPermissive: false };
    await queue.call("enter", {
      request,
      policy: "always",
      meant: { hashes: [instance.hash] },
      now: 1,
    });
  };
  const isOnly = (hash: string): Promise<boolean> =>
    queue.call("isOnlyVersion", { sopInstance: "1.2", hash });

  it("if it is the only one, however often it was sent", async () => {
    await enter(queuedInstance("new", "1.2"), "pacs");
    await enter(queuedInstance("another", "1.2.3"), "pacs");
    await enter(queuedInstance("new", "1.2"), "vna");
    assert.equal(await isOnly("new"), true);
  });

  it("if another was sent to what had another name then", async () => {
    await enter(queuedInstance("old", "1.2"), "the name it had");
    await enter(queuedInstance("new", "1.2"), "pacs");
    assert.equal(await isOnly("new"), false);
  });

  it("if another was sent straight, as that of another patient", async () => {
    const old = queuedInstance("old", "1.2");
    await keep({ ...old, resources: { ...old.resources, patient: "b", instance: "b's" } });
    await enter(queuedInstance("new", "1.2"), "pacs");
    assert.equal(await isOnly("new"), false);
  });
});
