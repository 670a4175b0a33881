import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brief, openStage, type Stage } from "./moving-jobs.ts";

/** What a client hears that comes back with this id, up to the frame that ends in `last`. */
async function goOn(stage: Stage, path: string, lastId: string): Promise<readonly unknown[]> {
  const client = await stage.open(path, lastId);
  const told = [brief(await client.next())];
  if (told[0] === "reset") told.push(brief(await client.next()));
  await stage.tick();
  while (client.waiting > 0) told.push(brief(await client.next()));
  return told;
}

const nothing = { jobs: [], gone: [] };

void describe("a client of /events that comes back", () => {
  void it("is told what has changed since, and nothing else", async () => {
    await using stage = await openStage();
    const client = await stage.open("/events");
    await client.next();
    stage.put("a");
    stage.put("b");
    await stage.tick();
    const { id } = await client.next();
    await client[Symbol.asyncDispose]();
    stage.put("b", { state: "running" });
    stage.put("c");
    stage.put("d");
    stage.forget("d");
    await stage.tick();
    assert.deepEqual(await goOn(stage, "/events", id), [
      nothing,
      { jobs: ["b Running", "c Pending"], gone: ["d"] },
    ]);
  });

  void it("goes on from the frame it has, not from what the others know", async () => {
    await using stage = await openStage();
    const [one, other] = [await stage.open("/events"), await stage.open("/events")];
    const { id } = await one.next();
    await other.next();
    for (const job of ["a", "b", "c"]) {
      stage.put(job);
      await stage.tick();
      await other.next();
    }
    const told = await goOn(stage, "/events?type=Lab", id);
    assert.deepEqual(told, [nothing, { jobs: ["a Pending", "b Pending", "c Pending"], gone: [] }]);
  });

  void it("may come half a minute later; after that nobody observes, and it begins anew", async () => {
    await using stage = await openStage();
    const { observers } = stage.server.jobs;
    assert.equal(observers.size, 0);
    const client = await stage.open("/events");
    const { id } = await client.next();
    await client[Symbol.asyncDispose]();
    await left(stage);
    stage.put("a");
    stage.server.clock.advance(29_000);
    assert.deepEqual(await goOn(stage, "/events", id), [
      nothing,
      { jobs: ["a Pending"], gone: [] },
    ]);
    for (const each of stage.clients) await each[Symbol.asyncDispose]();
    await left(stage);
    stage.server.clock.advance(30_000);
    assert.equal(observers.size, 0);
    assert.deepEqual(await goOn(stage, "/events", id), ["reset", nothing]);
    assert.equal(observers.size, 1);
  });

  void it("with an id of another host, or none at all, begins anew", async () => {
    await using stage = await openStage();
    await using other = await openStage();
    const { id } = await (await other.open("/events")).next();
    for (const odd of [id, "7", "x-1", `${id}9`]) {
      assert.deepEqual(await goOn(stage, "/events", odd), ["reset", nothing], odd);
    }
  });

  void it("with an id from before what is still known, begins anew", async () => {
    await using stage = await openStage();
    const client = await stage.open("/events");
    const { id } = await client.next();
    for (let n = 0; n <= 100_000; n += 1) {
      stage.server.jobs.tell({ kind: "forgotten", id: `j${n}` });
    }
    assert.deepEqual((await goOn(stage, "/events", id)).slice(0, 2), ["reset", nothing]);
  });
});

/** Resolves when the server has seen that nobody is there. */
async function left(stage: Stage): Promise<void> {
  while (stage.server.connections() > 0) await stage.server.clock.yield();
}
