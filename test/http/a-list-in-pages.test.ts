import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { JobTexts } from "../../src/http/jobs/texts.ts";
import { jobObject, timeText } from "../../src/http/orthanc.ts";
import type { JobInfo } from "../../src/ports/job.ts";
import { scriptedJob, startTestServer, type Answer, type TestServer } from "./scripted-host.ts";

/** Jobs in the order of submission: each of another state, type and key than the next. */
function jobs(count: number): readonly JobInfo[] {
  const states = ["pending", "running", "failed", "succeeded"] as const;
  return Array.from({ length: count }, (_, number) =>
    scriptedJob({
      id: `9ce5e95f-3dda-4d08-9439-${String(number).padStart(12, "0")}`,
      sequence: 10 * number + 3,
      state: states[number % states.length] ?? "pending",
      type: number % 3 === 0 ? "Store" : "Move",
      key: number % 2 === 0 ? null : `modality:${number % 3}`,
      priority: (number * 7) % 5,
      changedAt: Date.UTC(2026, 10, 21) + ((number * 31) % 17) * 1000,
    }),
  );
}

async function serve(count: number): Promise<TestServer> {
  const server = await startTestServer();
  server.jobs.table = jobs(count);
  return server;
}

const numbers = ({ json }: Answer): readonly number[] =>
  (json as readonly string[]).map((id) => Number(id.slice(-12)));

/** Every page, one after another. */
async function pages(server: TestServer, query: string): Promise<readonly Answer[]> {
  const all: Answer[] = [];
  for (let since = ""; ;) {
    const page = await server.send("GET", `/jobs?${query}${since}`);
    assert.equal(page.status, 200, page.text);
    all.push(page);
    const { "x-next": next } = page.headers;
    if (next === undefined) return all;
    since = `&since=${String(next)}`;
  }
}

describe("GET /jobs", () => {
  it("is about jobs that have one of the values of each filter", async () => {
    await using server = await serve(12);
    const found = async (query: string): Promise<readonly number[]> =>
      numbers(await server.send("GET", `/jobs?${query}`));
    assert.deepEqual(await found("state=Failure"), [2, 6, 10]);
    assert.deepEqual(await found("state=Failure&state=Running&type=Store"), [6, 9]);
    assert.deepEqual(await found("key=modality:1&key=modality:2"), [1, 5, 7, 11]);
    assert.deepEqual(await found("key="), []);
    const all = await server.send("GET", "/jobs");
    assert.equal(all.headers["x-total"], "12");
    assert.deepEqual(all.json, (await server.send("GET", "/jobs?limit=99")).json);
    assert.equal((await server.send("GET", "/jobs?state=failed")).status, 400);
  });

  for (const order of ["submitted", "-submitted", "changed", "-changed", "priority", "-priority"]) {
    it(`gives each job once, page after page, in the order "${order}"`, async () => {
      await using server = await serve(50);
      const [value] = [order.replace("-", "")];
      const valueOf = (number: number): number => {
        const { changedAt, priority, sequence } = server.jobs.table[number] ?? scriptedJob();
        return { submitted: sequence, changed: changedAt, priority }[value] ?? Number.NaN;
      };
      const got = await pages(server, `order=${order}&limit=7`);
      const ids = got.flatMap(numbers);
      const sign = order.startsWith("-") ? -1 : 1;
      const sorted = [...ids.keys()].toSorted((a, b) => sign * (valueOf(a) - valueOf(b)) || a - b);
      assert.deepEqual(ids, sorted);
      assert.deepEqual(
        got.map(({ headers }) => headers["x-total"]),
        Array.from({ length: 8 }, () => "50"),
      );
    });
  }

  it("goes on behind a job that is gone since", async () => {
    await using server = await serve(20);
    const first = await server.send("GET", "/jobs?limit=10&order=-priority");
    const seen = numbers(first);
    server.jobs.table = server.jobs.table.filter((_, number) => number !== seen.at(-1));
    const next = `/jobs?limit=10&order=-priority&since=${String(first.headers["x-next"])}`;
    const second = numbers(await server.send("GET", next));
    assert.deepEqual(new Set([...seen, ...second]).size, 20);
  });

  it("refuses what is no place in the order that is asked for", async () => {
    await using server = await serve(3);
    for (const query of ["since=x", "since=changed.1.2", "order=changed&since=submitted.1.1"]) {
      const { status, text } = await server.send("GET", `/jobs?${query}`);
      assert.equal(status, 400);
      assert.match(text, /of \\"since\\" is no X-Next of the order/);
    }
    for (const query of ["limit=0", "limit=100001", "order=name"]) {
      assert.equal((await server.send("GET", `/jobs?${query}`)).status, 400, query);
    }
  });

  it("prints many jobs as it prints each, however often", async () => {
    await using server = await serve(1_201);
    for (const round of [1, 2]) {
      const { text, json } = await server.send("GET", "/jobs?expand");
      const shown = json as readonly { readonly Timestamp: string }[];
      const now = Date.now();
      const times = new Map(server.jobs.table.map((job, number) => [job.id, shown[number]]));
      const expected = server.jobs.table.map((job) =>
        Object.assign(jobObject(job, now), { Timestamp: times.get(job.id)?.Timestamp }),
      );
      assert.equal(text, JSON.stringify(expected, null, 3), `round ${round}`);
      const [{ Timestamp: time } = { Timestamp: "" }] = shown;
      assert.ok(time <= timeText(now) && time > timeText(now - 60_000), time);
    }
  });

  it("shows a job that has changed since it was written", async () => {
    await using server = await serve(2);
    const contents = async (): Promise<unknown> =>
      ((await server.send("GET", "/jobs?expand")).json as { Content: unknown }[])[1]?.Content;
    assert.deepEqual(await contents(), {});
    const [first, second] = server.jobs.table;
    const Timestamp = { '\n      "Timestamp": "': '"' };
    const changed = { ...(second ?? scriptedJob()), content: { Timestamp } };
    server.jobs.table = [first ?? scriptedJob(), changed];
    assert.deepEqual(await contents(), { Timestamp });
  });

  it("shows what a plugin has said of an error since", () => {
    let described: string | null = null;
    const texts = new JobTexts(() => described);
    const job = scriptedJob({ state: "failed", error: { code: "NO_LINE", message: "it rang" } });
    const written = (): string => Buffer.concat([...texts.list([job], 0, 9)]).toString();
    assert.doesNotMatch(written(), /"Description"/);
    described = "The line is dead";
    assert.match(written(), /"Description": "The line is dead"/);
  });
});
