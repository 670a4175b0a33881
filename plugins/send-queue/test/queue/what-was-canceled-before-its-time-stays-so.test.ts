import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { JobHost } from "../../../../src/sdk.ts";
import type { SendParts } from "../../src/job/send-job.ts";
import { orphansOf } from "../../src/job/start-job.ts";
import type { QueueFile } from "../../src/queue/queue-file.ts";
import { enterInto, queueInMemory } from "../support/queue-in-memory.ts";

/** When it came in, its job was canceled, something came after that, and it was to be sent; milliseconds. */
const [enteredAt, canceledAt, laterAt] = [1, 2, 5];
const tomorrow = Date.now() + 86_400_000;

/** A queue with a request for two instances, which is not to be sent before. */
function fileWith(test: TestContext, notBefore: number): QueueFile {
  const file = queueInMemory(test);
  enterInto(file, "r", ["a", "b"], { now: enteredAt, notBefore });
  file.setJob("r", "job");
  return file;
}

/** Those that get a job since theirs has ended; the queue was not told of that. */
async function orphans(file: QueueFile): Promise<readonly string[]> {
  const call = async (
    name: string,
    given: { readonly request: string; readonly now: number; readonly before: number },
  ): Promise<unknown> => {
    if (name === "openRequests") return file.reader.openRequests();
    assert.equal(name, "cancel");
    return file.upkeep.cancel(given.request, given.now, given.before);
  };
  const error = { code: "JOB_CANCELED" };
  const host = { jobInfo: () => ({ state: "failed", error, changedAt: canceledAt }) };
  const parts = { queue: { call }, destinationOf: () => null } as unknown as SendParts;
  return (await orphansOf(host as unknown as JobHost, parts)).map(({ id }) => id);
}

const states = (file: QueueFile): readonly string[] =>
  file.reader.items({ request: "r" }, 2).map(({ state }) => state);

describe("what was canceled before its time stays so", () => {
  for (const { when, notBefore } of [
    { when: "that is tomorrow", notBefore: tomorrow },
    { when: "that has come meanwhile", notBefore: laterAt },
  ]) {
    it(`also if the queue was not told of it, and ${when}`, async (test) => {
      const file = fileWith(test, notBefore);
      assert.deepEqual(await orphans(file), []);
      assert.deepEqual(states(file), ["failed", "failed"]);
    });
  }

  for (const { what, now } of [
    { what: "since", now: laterAt },
    { what: "since, by a clock that was ahead", now: tomorrow },
  ]) {
    it(`but not what was put into the queue again ${what}`, async (test) => {
      const file = fileWith(test, tomorrow);
      file.upkeep.cancel("r", canceledAt);
      const [first] = file.reader.items({ request: "r" }, 1);
      assert.ok(first !== undefined);
      assert.deepEqual(file.requeue({ ids: [first.id] }, now), ["r"]);
      assert.deepEqual(await orphans(file), ["r"]);
      assert.deepEqual(states(file), ["pending", "failed"]);
    });
  }
});
