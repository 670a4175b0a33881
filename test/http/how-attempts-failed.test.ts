import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { definePlugin, notMine, openHost, StepResult, type Host } from "../../src/index.ts";
import { testFolder } from "../cli/baton-process.ts";

interface Shown {
  readonly Failures?: readonly {
    readonly Attempt: number;
    readonly Code: string;
    readonly Message: string;
    readonly Time: string;
  }[];
}

/** Jobs that fail as often as they may be tried, each time in other words. */
const plugin = definePlugin({
  name: "failing",
  version: "1.0.0",
  start(host) {
    host.registerType("fails", () => notMine);
    host.registerRoute("POST", "/failing", async ({ query }) => {
      let at = 0;
      const job = host.createJob({
        type: "fails",
        payload: null,
        step: () => {
          at += 1;
          const long = "!".repeat(at === 1 ? 1_000 : 0);
          return StepResult.failure("LAB_FAILED", `attempt ${at}${long}`, { retryable: true });
        },
        reset: () => {},
        getSerialized: () => "{}",
      });
      const backoff = { firstDelayMs: 1, factor: 1 };
      const maxAttempts = Number(query.get("attempts"));
      const ended = await host.submitJobAndWait(job, { maxAttempts, backoff });
      return { body: ended.id };
    });
  },
});

async function made(host: Host, attempts: number): Promise<string> {
  const answer = await fetch(`${host.url}/failing?attempts=${attempts}`, { method: "POST" });
  return answer.text();
}

async function failuresOf(host: Host, id: string): Promise<NonNullable<Shown["Failures"]>> {
  const job = (await (await fetch(`${host.url}/jobs/${id}`)).json()) as Shown;
  return job.Failures ?? [];
}

describe("how the attempts of a job failed", () => {
  it("is told of each, also after a restart, until it is submitted again", async () => {
    await using folder = await testFolder();
    const store = { kind: "sqlite", path: join(folder.path, "jobs.db") } as const;
    const options = { http: { port: 0 }, plugins: [plugin], store };
    let [id, before]: [string, Awaited<ReturnType<typeof failuresOf>>] = ["", []];
    {
      await using host = await openHost(options);
      id = await made(host, 3);
      before = await failuresOf(host, id);
      assert.deepEqual(
        before.map(({ Attempt, Code, Message }) => [Attempt, Code, Message.slice(0, 9)]),
        [1, 2, 3].map((attempt) => [attempt, "LAB_FAILED", `attempt ${attempt}`]),
      );
      assert.equal(before[0]?.Message.length, 500);
      for (const { Time } of before) assert.match(Time, /^\d{8}T\d{6}\.\d{6}$/);
    }
    await using host = await openHost({ ...options, concurrentJobs: 1 });
    assert.deepEqual(await failuresOf(host, id), before);
    await host.resubmitJob(id);
    assert.deepEqual(host.jobInfo(id).failures, []);
  });

  it("is told of the last twenty", async () => {
    await using host = await openHost({ http: { port: 0 }, plugins: [plugin] });
    const failures = await failuresOf(host, await made(host, 30));
    assert.deepEqual(
      failures.map(({ Attempt }) => Attempt),
      Array.from({ length: 20 }, (_, index) => index + 11),
    );
  });
});
