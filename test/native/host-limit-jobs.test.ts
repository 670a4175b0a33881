import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { StepResult, type HostOptions, type JobEngineError } from "../../src/index.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const stores = {
  memory: () => ({ kind: "memory" }) as const,
  sqlite: (name: string) => ({ kind: "sqlite", path: workshop.file(`${name}.db`) }) as const,
};

describe("as many jobs wait as may, in a host with native plugins", { timeout: 60_000 }, () => {
  for (const [kind, store] of Object.entries(stores)) {
    it(`a submit in a native callback is refused at once (${kind})`, async () => {
      await using worker = await held(store("refused"), 2);
      await worker.submit({ name: "native" });
      await ours(worker);
      assert.equal(await worker.text("POST", "/worker/jobs?name=third"), "error 6");
      await worker.text("POST", "/worker/release");
      await worker.events.first(() => count(worker, "succeeded") === 3);
      await worker.submit({ name: "third" });
    });

    it(`a native thread and JavaScript wait in one line, until runs begin (${kind})`, async () => {
      await using worker = await held(store("line"), 1, { onThread: 4 });
      const submits = [ours(worker, {}), ours(worker, {}), ours(worker, {})];
      assert.ok(count(worker, "pending") <= 1);
      await worker.text("POST", "/worker/release");
      await Promise.all(submits);
      await worker.events.first(() => count(worker, "succeeded") === 8);
      const pending = worker.events.seen.map((event) => event.kind);
      assert.equal(pending.filter((event) => event === "submitted").length, 8);
    });

    it(`whatever became of earlier jobs, there is room for as many again (${kind})`, async () => {
      await using worker = await held(store("again"), 6);
      const ids = [
        await worker.submit({ name: "paused" }),
        await worker.submit({ name: "canceled" }),
      ];
      await worker.submit({ name: "fails", kind: "f", steps: 9, attempts: 3, backoffMs: 1 });
      await worker.submit({ name: "retries", kind: "r", steps: 3 });
      await ours(worker);
      assert.equal(await worker.act("pause", String(ids[0])), 200);
      assert.equal(await worker.act("cancel", String(ids[1])), 200);
      assert.equal(await worker.act("resubmit", String(ids[1])), 200);
      assert.equal(await worker.act("resume", String(ids[0])), 200);
      await worker.text("POST", "/worker/release");
      await worker.events.first(
        () => count(worker, "succeeded") === 5 && count(worker, "failed") === 1,
      );
      const holder = new ScriptedJob();
      await worker.events.reached(await worker.host.submit(holder), "running");
      for (let left = 6; left > 0; left -= 1) await ours(worker);
      await assert.rejects(ours(worker), { code: "QUEUE_FULL" });
      assert.equal(await worker.text("POST", "/worker/jobs?name=seventh"), "error 6");
      holder.end(StepResult.success);
    });
  }

  it("a signal ends the wait, and nobody's room is lost", async () => {
    await using worker = await held(stores.memory(), 1);
    await ours(worker);
    const controller = new AbortController();
    const given = [1, 2, 3].map(() => ours(worker, { signal: controller.signal }));
    const last = ours(worker, {});
    controller.abort(new Error("enough"));
    for (const submit of given) await assert.rejects(submit, /enough/);
    await worker.text("POST", "/worker/release");
    await last;
    await worker.events.first(() => count(worker, "succeeded") === 3);
    await ours(worker);
  });

  it("closing answers all who wait", async () => {
    const worker = await held(stores.memory(), 1, { onThread: 3 });
    const submits = [ours(worker, {}), ours(worker, {})].map((submit) =>
      submit.catch(({ code }: JobEngineError) => code),
    );
    await worker.close();
    assert.ok((await Promise.all(submits)).includes("CLOSING"));
  });
});

/** One slot that is held by a native job, until POST /worker/release. */
async function held(
  store: Required<HostOptions>["store"],
  limitJobs: number,
  settings: { readonly onThread?: number } = {},
): Promise<WorkerHost> {
  const options = { plugins: [library], store, concurrentJobs: 1, limitJobs };
  const worker = await WorkerHost.open(options, settings);
  if (settings.onThread === undefined) await hold(worker);
  else await holdWith(worker);
  return worker;
}

async function hold(worker: WorkerHost): Promise<void> {
  const id = await worker.submit({ name: "holder", kind: "h" });
  await worker.events.reached(id, "running");
}

/** The same while a thread submits, too: a callback does not wait for room, so it asks again. */
async function holdWith(worker: WorkerHost): Promise<void> {
  for (;;) {
    const id = await worker.text("POST", "/worker/jobs?name=holder&kind=h");
    if (!id.startsWith("error")) return worker.events.reached(id, "running");
  }
}

/** A job of JavaScript; it does not wait for room unless it is given options. */
function ours(worker: WorkerHost, options: object = { noWait: true }): Promise<string> {
  const job = new ScriptedJob();
  job.end(StepResult.success);
  return worker.host.submit(job, options);
}

const count = (worker: WorkerHost, state: string): number =>
  worker.host.jobs().filter((job) => job.state === state).length;
