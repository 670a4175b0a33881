import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Heard } from "./event-client.ts";
import { openStage, type Stage } from "./moving-jobs.ts";

const ids = Array.from({ length: 40 }, (_, n) => `job-${n}`);

/** Each job is another one, and shows 32 KiB. */
function changeAll(stage: Stage, round: number): void {
  const content = { round, text: "x".repeat(32_768) };
  for (const id of ids) stage.put(id, { state: "running", content });
}

void describe("a client that does not read", () => {
  void it("is left when it is a MiB behind, and is told everything when it comes back", async () => {
    await using stage = await openStage();
    const client = await stage.open("/events");
    const { id } = await client.next();
    client.response.pause();
    let rounds = 0;
    for (; stage.server.connections() > 0; rounds += 1) {
      assert.ok(rounds < 200, "nobody left it");
      changeAll(stage, rounds);
      await stage.tick();
    }
    client.response.resume();
    assert.equal(await client.ended(), "broken");
    const again = await stage.open("/events", client.lastId === "" ? id : client.lastId);
    const known = new Map<string, number>();
    const note = ({ data }: Heard): void => {
      for (const job of data.Jobs) known.set(job.ID, job.Content.round);
    };
    while (known.size < ids.length || again.waiting > 0) {
      await stage.tick();
      if (again.waiting > 0) note(await again.next());
    }
    assert.deepEqual(new Set(known.values()), new Set([rounds - 1]));
  });

  void it("keeps nobody else from being told", async () => {
    await using stage = await openStage();
    const [slow, other] = [await stage.open("/events"), await stage.open("/events")];
    slow.response.pause();
    await other.next();
    for (let round = 0; round < 20; round += 1) {
      changeAll(stage, round);
      await stage.tick(1_000);
      const told = [];
      for (let last = -1; last !== round || told.length < ids.length;) {
        for (const { Content } of (await other.next()).data.Jobs) told.push((last = Content.round));
      }
      assert.deepEqual(told, Array<number>(ids.length).fill(round));
    }
  });
});

void describe("what is told to many", () => {
  void it("is looked up and written once", async () => {
    await using stage = await openStage();
    const clients = await Promise.all(
      ["", "", "", "?type=Lab", "?type=Lab"].map((query) => stage.open(`/events${query}`)),
    );
    for (const client of clients) await client.next();
    let looks = 0;
    const content = { x: 1 };
    stage.put("a");
    const [job] = stage.server.jobs.table;
    assert.ok(job);
    const counted = Object.defineProperty({ ...job }, "content", {
      get: () => ((looks += 1), content),
    });
    stage.server.jobs.table = [counted];
    await stage.tick();
    for (const client of clients)
      assert.deepEqual((await client.next()).data.Jobs[0].Content, content);
    assert.equal(looks, 1);
  });
});
