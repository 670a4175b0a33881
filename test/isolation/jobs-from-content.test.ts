import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { openHost, type Host } from "../../src/index.ts";
import { eventually } from "../native/support/host-eventually.ts";

const path = fileURLToPath(new URL("support/maker.ts", import.meta.url));

async function ask(host: Host, method: string, at: string, body?: object): Promise<Response> {
  return fetch(`${host.url}${at}`, { method, ...(body && { body: JSON.stringify(body) }) });
}

const make = (host: Host, content: object, more: object = {}): Promise<Response> =>
  ask(host, "POST", "/jobs", { Type: "made", Content: content, ...more });

const detailsOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { readonly Details: string }).Details;

for (const isolation of ["none", "thread", "process"] as const) {
  describe(`a job from content, with isolation "${isolation}"`, () => {
    it("is made where its plugin is", async () => {
      await using host = await openHost({ http: { port: 0 }, plugins: [{ path, isolation }] });
      const answer = await make(host, { Words: "hello" }, { Synchronous: true });
      const { Words, Process } = (await answer.json()) as Readonly<Record<string, unknown>>;
      assert.equal(Words, "hello");
      assert.equal(Process === process.pid, isolation !== "process");
    });

    it("is refused in the words of its plugin; its faults stay inside", async () => {
      await using host = await openHost({ http: { port: 0 }, plugins: [{ path, isolation }] });
      const refused = await make(host, { Words: 7 });
      assert.equal(refused.status, 400);
      assert.match(await detailsOf(refused), /: Words is a text$/);
      const failed = await make(host, { Words: null });
      assert.equal(failed.status, 500);
      assert.doesNotMatch(await detailsOf(failed), /a fault/);
    });

    it("is finalized when there is no room for it", async () => {
      const plugins = [{ path, isolation }];
      const few = { limitJobs: 1, submitWaitMs: 10 };
      await using host = await openHost({ http: { port: 0 }, plugins, ...few });
      assert.equal((await make(host, { Words: "first" }, { StartAfter: 3600 })).status, 200);
      const finalized = async (): Promise<number> =>
        Number(await (await ask(host, "GET", "/maker/finalized")).text());
      const before = await finalized();
      assert.equal((await make(host, { Words: "second" })).status, 503);
      await eventually(async () => (await finalized()) === before + 1);
      assert.equal(host.jobs().length, 1);
    });
  });
}

describe("a job from content of a plugin that has crashed", () => {
  it("is refused until the plugin is there again", async () => {
    const plugins = [{ path, isolation: "process" as const }];
    await using host = await openHost({ http: { port: 0 }, plugins });
    await ask(host, "POST", "/maker/end").catch(() => undefined);
    const refused = await make(host, { Words: "early" });
    assert.equal(refused.status, 503, await refused.text());
    await eventually(async () => (await make(host, { Words: "again" })).status === 200);
  });
});
