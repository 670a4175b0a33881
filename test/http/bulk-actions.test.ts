import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost, StepResult, type Host } from "../../src/index.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { send, type Answer } from "./scripted-host.ts";

interface Bulk {
  readonly Changed: readonly string[];
  readonly Refused: readonly { readonly ID: string; readonly Code: string }[];
}

const post = (host: Host, path: string): Promise<Answer> =>
  send(String(host.url), "POST", { path });

const sendTo = (url: string, headers: Readonly<Record<string, string>>): Promise<Answer> =>
  send(url, "POST", { path: "/jobs/resubmit?state=Failure", headers });

async function bulk(host: Host, path: string): Promise<Bulk> {
  const answer = await post(host, path);
  assert.equal(answer.status, 200, answer.text);
  return answer.json as Bulk;
}

/** A host with `count` jobs that have failed, and nothing else. */
async function failed(count: number): Promise<{ host: Host; ids: readonly string[] }> {
  const host = await openHost({ http: { port: 0 }, concurrentJobs: 8, drainTimeoutMs: 0 });
  const ends = Array.from({ length: count }, async (_, number) => {
    const job = new ScriptedJob();
    job.end(StepResult.failure("SCRIPTED", "as it was told"));
    return (await host.submitAndWait(job, { key: number % 2 === 0 ? "even" : "odd" })).id;
  });
  return { host, ids: await Promise.all(ends) };
}

describe("an action on many jobs", () => {
  it("resubmits all failures, in one request", async () => {
    const { host, ids } = await failed(300);
    await using closing = host;
    const { Changed, Refused } = await bulk(closing, "/jobs/resubmit?state=Failure");
    assert.deepEqual(new Set(Changed), new Set(ids));
    assert.deepEqual(Refused, []);
    assert.ok(host.jobs().every(({ state }) => state === "pending" || state === "running"));
    assert.deepEqual(await bulk(host, "/jobs/cancel?type=scripted"), { Changed, Refused });
  });

  it("is about those that have one of the values of each filter", async () => {
    const { host, ids } = await failed(6);
    await using closing = host;
    const even = ids.filter((_, number) => number % 2 === 0);
    const first = await bulk(closing, "/jobs/resubmit?key=even&key=none&state=Failure");
    assert.deepEqual(first.Changed, even);
    const states = ids.map((id) => host.jobInfo(id).state === "failed");
    assert.deepEqual(states, [false, true, false, true, false, true]);
    assert.deepEqual((await bulk(host, "/jobs/pause?type=another")).Changed, []);
  });

  it("says which ones were refused, and why", async () => {
    const { host, ids } = await failed(2);
    await using closing = host;
    const answer = await bulk(closing, "/jobs/resume?key=odd");
    assert.deepEqual(answer.Changed, []);
    assert.deepEqual(
      answer.Refused.map(({ ID, Code }) => [ID, Code]),
      [[ids[1], "WRONG_STATE"]],
    );
  });

  it("is no page's of another site", async () => {
    const { host } = await failed(1);
    await using closing = host;
    const own = new URL(String(closing.url)).host;
    const status = async (headers: Readonly<Record<string, string>>): Promise<unknown> =>
      (await sendTo(String(closing.url), headers)).status;
    for (const headers of [
      { origin: "https://example.org" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { host: "rebound.example.org" },
    ]) {
      assert.equal(await status(headers), 403, JSON.stringify(headers));
    }
    assert.equal(host.jobs()[0]?.state, "failed");
    assert.equal(await status({ origin: `http://${own}`, "sec-fetch-site": "same-origin" }), 200);
  });

  for (const [query, says] of [
    ["", /This is about no job; say which jobs with \?state=/],
    ["?State=Failure", /There is no parameter \\"State\\" here; there are state, type, key/],
    [
      "?state=failed",
      /\\"failed\\" of \\"state\\" is not allowed; it must be one of Pending, Running/,
    ],
  ] as const) {
    it(`changes nothing when it is asked for with "${query}"`, async () => {
      const { host } = await failed(1);
      await using closing = host;
      const answer = await post(closing, `/jobs/resubmit${query}`);
      assert.equal(answer.status, 400);
      assert.match(answer.text, says);
      assert.equal(host.jobs()[0]?.state, "failed");
    });
  }
});
