import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { StepResult, definePlugin } from "../../src/sdk.ts";
import { openPluginHost } from "../../src/testing/index.ts";
import { HostWorkshop } from "../native/support/host-workshop.ts";

const sample = (name: string): string =>
  fileURLToPath(new URL(`../../plugins/${name}`, import.meta.url));

/** A plugin as an object: what a job does is in the body of the request. */
const inline = definePlugin({
  name: "inline",
  version: "1.0.0",
  start(host) {
    host.registerRoute("POST", "/inline", async ({ body, headers }) => {
      const told = JSON.parse(new TextDecoder().decode(body)) as { fails: boolean };
      const step = (): StepResult =>
        told.fails ? StepResult.failure("BROKEN", "as told") : StepResult.success;
      const id = await host.submitJob(host.createJob({ type: "inline", payload: 0, step }));
      return { status: 201, body: { id, type: headers["content-type"] ?? "" } };
    });
  },
});

describe("a plugin's harness", () => {
  for (const { name, route } of [
    { name: "hello", route: "/myapp/hello" },
    { name: "hello-c", route: "/myapp-c/hello" },
  ]) {
    it(`runs ${name}, named by its folder, and traces its job`, async () => {
      await using harness = await openPluginHost(sample(name));
      const answer = await harness.request("GET", `${route}?delayMs=1&steps=3`);
      assert.equal(answer.status, 200);
      const { ID: id } = answer.json() as { ID: string };
      const job = await harness.next("finished", id);
      assert.deepEqual([job.state, job.content], ["succeeded", { count: 3, steps: 3 }]);
      assert.deepEqual(harness.trace(id), ["submitted", "running", "succeeded"]);
    });

    it(`restarts the host of ${name} on its store, and the job goes on`, async () => {
      await using harness = await openPluginHost(sample(name), { store: "sqlite" });
      const before = harness.host;
      const answer = await harness.request("GET", `${route}?delayMs=30&steps=5`);
      const { ID: id } = answer.json() as { ID: string };
      await harness.next("running", id);
      await harness.next("progressed", id);
      await harness.restart();
      assert.notEqual(harness.host, before);
      assert.equal((await harness.next("finished", id)).state, "succeeded");
      assert.deepEqual(harness.trace(id).slice(0, 2), ["submitted", "running"]);
      assert.equal(harness.trace(id).at(-1), "succeeded");
    });
  }

  it("runs an addon, named by its file", async () => {
    using workshop = new HostWorkshop();
    await using harness = await openPluginHost(workshop.addon("worker"), { concurrentJobs: 1 });
    const answer = await harness.request("POST", "/worker/jobs?name=a&steps=2&ms=1&kind=w");
    assert.equal((await harness.next("finished", answer.text())).state, "succeeded");
  });

  it("takes objects, several at once, and sends objects as JSON", async () => {
    const idle = definePlugin({ name: "idle", version: "1.0.0", start: () => undefined });
    await using harness = await openPluginHost([inline, idle]);
    assert.deepEqual(
      harness.host.plugins.map(({ name }) => name),
      ["inline", "idle"],
    );
    const answer = await harness.request("POST", "/inline", { fails: true });
    assert.equal(answer.status, 201);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
    const { id, type } = answer.json() as { id: string; type: string };
    assert.equal(type, "application/json");
    assert.equal((await harness.next("failed", id)).error?.code, "BROKEN");
    assert.equal((await harness.request("GET", "/none")).status, 404);
  });

  it("answers each time of a wish once, in order", async () => {
    await using harness = await openPluginHost(inline);
    for (const fails of [false, true]) await harness.request("POST", "/inline", { fails });
    const ends = [await harness.next("finished"), await harness.next("finished")];
    assert.deepEqual(
      ends.map(({ state }) => state),
      ["succeeded", "failed"],
    );
    assert.equal((await harness.next("submitted")).id, ends[0]?.id);
  });
});
