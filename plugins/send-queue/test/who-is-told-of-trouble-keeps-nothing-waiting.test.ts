import assert from "node:assert/strict";
import { it } from "node:test";
import type { JobHost } from "../../../src/sdk.ts";
import type { Committer } from "../src/commitment/committer.ts";
import type { SendParts } from "../src/job/send-job.ts";
import type { SendQueue } from "../src/open-send-queue.ts";
import { closedBreaker } from "../src/policy/breaker.ts";
import { careFor } from "../src/upkeep/care.ts";

/** Milliseconds; a round begins as often. */
const roundMs = 1_000;

/** What was asked of others has been answered by then. */
const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
};

it("whoever is told of trouble, and does not answer, keeps nothing of the queue waiting", async (test) => {
  test.mock.timers.enable({ apis: ["setInterval", "Date"] });
  const answer = Promise.withResolvers<Response>();
  const told = test.mock.method(globalThis, "fetch", () => answer.promise);
  let rounds = 0;
  const committer = { care: async () => void (rounds += 1) } as unknown as Committer;
  const target = { name: "pacs", maxAgeMs: null, alternate: null, purgeMs: null };
  const meter = { deadLetters: 1, look: () => {} };
  const queue = { call: async (name: string) => (name === "oldErrors" ? 0 : []) };
  const parts = { queue } as unknown as SendParts;
  const open = {
    destinations: [{ target, meter, breaker: closedBreaker }],
    queue,
    spool: { checkRoom: async () => {} },
    settings: {
      alerts: { url: "http://nobody/", on: new Set(["dead-letter"]), minIntervalMs: 0 },
    },
  } as unknown as SendQueue;
  const host = { log: (_level: string, text: string) => assert.fail(text) } as unknown as JobHost;
  const care = careFor(host, open, { parts, committer });
  for (let round = 1; round <= 3; round += 1) {
    test.mock.timers.tick(roundMs);
    await settled();
    assert.equal(told.mock.callCount(), 1);
    assert.equal(rounds, round);
  }
  answer.resolve(new Response(null, { status: 204 }));
  await care.close();
});
