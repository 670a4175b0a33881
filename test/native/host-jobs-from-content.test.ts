import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openHost, type Host, type HostOptions } from "../../src/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { eventually } from "./support/host-eventually.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => {
  library = workshop.sharedLibrary("maker");
});
after(() => workshop.remove());

interface Answered {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

async function post(host: Host, body: object, query = ""): Promise<Answered> {
  const answer = await fetch(`${host.url}/jobs${query}`, {
    method: "POST",
    body: JSON.stringify({ Type: "made", ...body }),
  });
  return { status: answer.status, json: (await answer.json()) as Answered["json"] };
}

const counts = async (host: Host): Promise<readonly number[]> =>
  (await (await fetch(`${host.url}/maker/counts`)).text()).split(" ").map(Number);

const balanced = (host: Host, created: number): Promise<void> =>
  eventually(async () => {
    const [made, finalized] = await counts(host);
    return made === created && finalized === created;
  });

for (const isolation of ["none", "process"] as const) {
  const open = (options: HostOptions = {}): Promise<Host> =>
    openHost({ http: { port: 0 }, plugins: [{ path: library, isolation }], ...options });

  describe(`a native job from content, with isolation "${isolation}"`, { timeout: 60_000 }, () => {
    for (const Type of ["made", "made-on-loop"]) {
      for (const kind of ["memory", "sqlite"] as const) {
        it(`is made and submitted as was wished: ${Type}, ${kind}`, async () => {
          const path = workshop.file(`${isolation}-${Type}.db`);
          await using host = await open({ store: kind === "memory" ? { kind } : { kind, path } });
          const options = { Priority: 7, Key: "k", UserData: [1, null], StepTimeout: 9 };
          const retry = {
            MaxAttempts: 3,
            FirstDelay: 0.25,
            Factor: 3,
            LongestDelay: 60,
            Jitter: 0.5,
          };
          const content = { Words: "ein \u{1f600}" };
          const wish = { Type, Content: content, ...options, Retry: retry };
          const { status, json } = await post(host, { ...wish, StartAfter: 3600 });
          assert.equal(status, 200, JSON.stringify(json));
          const job = host.jobInfo(String(json["ID"]));
          assert.deepEqual(
            [job.type, job.plugin, job.priority, job.key, job.userData, job.content],
            [Type, "maker", 7, "k", [1, null], content],
          );
          assert.equal(job.maxAttempts, 3);
          assert.ok(Math.abs(Number(job.startAt) - job.createdAt - 3_600_000) <= 1_000);
          assert.equal((await counts(host))[2], 0);
        });
      }

      it(`answers with its end: ${Type}`, async () => {
        await using host = await open();
        const content = { Words: "hello" };
        const { status, json } = await post(host, { Type, Content: content, Synchronous: true });
        assert.deepEqual([status, json], [200, content]);
        await balanced(host, 1);
      });
    }

    it("is refused in the words of its plugin", async () => {
      await using host = await open();
      const refused = await post(host, { Content: { Words: "refuse" } });
      assert.equal(refused.status, 400);
      assert.match(String(refused.json["Details"]), /: this will not do$/);
      const mute = await post(host, { Content: { Words: "mute" } });
      assert.equal(mute.status, 400);
      assert.match(String(mute.json["Details"]), /: the plugin will have no such content$/);
      assert.deepEqual(host.jobIds(), []);
    });

    for (const [word, says, created] of [
      ["fault", /create: a secret of mine$/, 0],
      ["none", /did not hand over a job it created$/, 0],
      ["lost", /did not hand over a job it created$/, 1],
      ["other", /a job of another type/, 1],
    ] as const) {
      it(`fails for a fault of the plugin, which the log tells: "${word}"`, async () => {
        const lines: string[] = [];
        const observer: HostOptions["observer"] = (event) =>
          event.kind === "logged" && lines.push(event.text);
        await using host = await open({ observer });
        const { status, json } = await post(host, { Content: { Words: word } });
        assert.equal(status, 500, JSON.stringify(json));
        assert.doesNotMatch(JSON.stringify(json), /secret|hand over/);
        await eventually(() => lines.some((line) => says.test(line)));
        await balanced(host, created);
        assert.deepEqual(host.jobIds(), []);
      });
    }

    it("is finalized when there is no room for it, and made when there is", async () => {
      const few = { limitJobs: 1, submitWaitMs: 100 };
      await using host = await open(few);
      const first = await post(host, { StartAfter: 3600 });
      assert.equal(first.status, 200);
      assert.equal((await post(host, {})).status, 503);
      const created = (await counts(host))[0] ?? 0;
      await eventually(async () => (await counts(host))[1] === created - 1);
      const waits = post(host, {});
      await host.cancelJob(String(first.json["ID"]));
      assert.equal((await waits).status, 200);
    });

    it("is refused of a type that has no creator, and only registered once", async () => {
      await using host = await open();
      const refused = await post(host, { Type: "unmade" });
      assert.equal(refused.status, 400);
      assert.match(String(refused.json["Details"]), /registered no way to create one from content/);
      const again = await post(host, { Content: { Words: "again" }, Synchronous: true });
      assert.deepEqual(again.json, { twice: 12, unknown: 10 });
      const answer = await fetch(`${host.url}/plugins/maker`);
      const { JobTypes } = (await answer.json()) as { readonly JobTypes: readonly object[] };
      assert.deepEqual(JobTypes, [
        { CanCreate: true, Type: "made" },
        { CanCreate: false, Type: "unmade" },
        { CanCreate: true, Type: "made-on-loop" },
      ]);
    });
  });
}
