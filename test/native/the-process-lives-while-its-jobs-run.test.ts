import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "../../src/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Nothing but the host keeps this process from its end: no server, no file, no timer. */
const open = `import { openHost, Job, StepResult } from "./src/index.ts";
class Greeting extends Job {
  type = "greeting";
  step() { return StepResult.success; }
}
const [library, settings] = process.argv.slice(1);
const host = await openHost({
  plugins: [library],
  pluginSettings: { worker: JSON.parse(settings) },
});
`;

describe("a process with a native plugin", () => {
  const workshop = new HostWorkshop();
  let library = "";
  before(() => void (library = workshop.sharedLibrary("worker")));
  after(() => workshop.remove());

  function endOf(script: string, settings: JsonObject): string {
    const args = ["--input-type=module", "-e", open + script, library];
    const run = spawnSync(process.execPath, [...args, JSON.stringify(settings)], {
      cwd: root,
      encoding: "utf8",
      timeout: 30_000,
    });
    return `${run.status} ${run.stdout}${run.stderr}`;
  }

  it("lives until a native job has ended that it waits for", () => {
    const script = `const [job] = host.jobs();
      console.log((await host.waitJob(job.id)).state);`;
    assert.equal(endOf(script, { onStart: 1 }), "0 succeeded\n");
  });

  it("lives until native jobs have ended that nobody has heard of", () => {
    const log = workshop.file("log");
    // What the plugin's own thread submits is still there when the engine's one job has ended.
    assert.equal(endOf("", { onStart: 1, onThread: 6, stepMs: 300, log }), "0 ");
    assert.equal(readFileSync(log, "utf8").match(/^step /gm)?.length, 7);
  });

  it("lives until a job in TypeScript has ended that it waits for", () => {
    const script = "console.log((await host.submitAndWait(new Greeting())).state);";
    assert.equal(endOf(script, {}), "0 succeeded\n");
  });

  it("ends when nothing runs, although nobody closes the host", () => {
    const script = `await host.submitAndWait(new Greeting());
      process.on("exit", () => console.log("done"));`;
    assert.equal(endOf(script, {}), "0 done\n");
  });
});
