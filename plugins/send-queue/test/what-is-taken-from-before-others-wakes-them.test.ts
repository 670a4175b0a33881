import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { JobHost } from "../../../src/sdk.ts";
import type { Destination } from "../src/destinations/destination.ts";
import type { SendParts } from "../src/job/send-job.ts";
import { orphansOf } from "../src/job/start-job.ts";
import { Waiting } from "../src/upkeep/waiting.ts";

const request = { id: "r", destination: "pacs", priority: 0, isPermissive: false };

describe("whoever is behind what another request had to send looks again", () => {
  let woken = 0;
  const destination = {
    target: { name: "pacs", alternate: { to: "vna", afterMs: 0 } },
    breaker: { kind: "open", since: 0 },
    isPaused: false,
    line: { settledSome: () => (woken += 1) },
  } as unknown as Destination;
  const host = {
    jobInfo: () => ({ state: "failed", error: { code: "JOB_CANCELED" }, changedAt: 1 }),
    submit: async () => "another job",
    log: () => {},
  } as unknown as JobHost;
  const partsOf = (answers: Readonly<Record<string, unknown[]>>): SendParts =>
    ({
      queue: { call: async (name: string) => answers[name]?.shift() },
      destinationOf: (name: string) => (name === "pacs" ? destination : null),
    }) as unknown as SendParts;

  beforeEach(() => {
    woken = 0;
  });

  it("when that is an error, since its job was canceled before it had its turn", async () => {
    const parts = partsOf({ openRequests: [[{ ...request, job: "j" }], []] });
    assert.deepEqual(await orphansOf(host, parts), []);
    assert.equal(woken, 1);
  });

  it("when that was given to an alternate, also if it had no job yet", async () => {
    const given = { ...request, id: "s", destination: "vna", movedFrom: "pacs" };
    const parts = partsOf({ divert: [[{ request: given, job: null, count: 1, tried: 0 }]] });
    await new Waiting(host, parts, [destination]).divert(Date.now());
    assert.equal(woken, 1);
  });

  it("and nobody if nothing was", async () => {
    const parts = partsOf({ openRequests: [[]], divert: [[]] });
    assert.deepEqual(await orphansOf(host, parts), []);
    await new Waiting(host, parts, [destination]).divert(Date.now());
    assert.equal(woken, 0);
  });
});
