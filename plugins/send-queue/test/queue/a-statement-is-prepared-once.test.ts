import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { it } from "node:test";
import { enterInto, queueInMemory } from "../support/queue-in-memory.ts";

it("a statement is prepared once, whatever is on its way, named or due", (test) => {
  const database = new DatabaseSync(":memory:");
  const prepare = test.mock.method(database, "prepare");
  const file = queueInMemory(test, database);
  /** Each time there is more on its way, and another item that is meant. */
  const round = (now: number): void => {
    const request = { id: `r${now}`, destination: "pacs", priority: 0, isPermissive: false };
    enterInto(file, request.id, [`a${now}`, `b${now}`], { now });
    const [flying] = file.claim(request.id, now, 1);
    assert.ok(flying !== undefined);
    const [waiting] = file.reader.items({ request: request.id, after: flying.id }, 1);
    assert.ok(waiting !== undefined);
    const ids = [flying.id, waiting.id];
    assert.equal(file.reader.items({ ids }, 9).length, 2);
    assert.equal(file.upkeep.expire("pacs", now, now).count, 1);
    assert.deepEqual(file.requeue({ ids }, now), [request.id]);
    const [diversion] = file.moves.divert({ from: "pacs", to: "vna" }, now, now);
    assert.equal(diversion?.count, 1);
    const to = { ...request, id: `m${now}`, destination: "archive" };
    assert.equal(file.moves.move({ ids }, to, now), 1);
    assert.deepEqual(file.remove({ ids: [waiting.id] }, now), [to.id]);
  };
  round(1);
  const prepared = prepare.mock.callCount();
  for (let now = 2; now < 10; now += 1) round(now);
  assert.equal(prepare.mock.callCount(), prepared);
});
