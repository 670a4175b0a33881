import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { HostWorkshop } from "./support/host-workshop.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Nothing but the host keeps this process from its end: no server, no file, no timer. */
const open = `import { openHost, Job, StepResult } from "./src/index.ts";
class Greeting extends Job {
  type = "greeting";
  step() { return StepResult.success; }
}
const [library, jobs] = process.argv.slice(1);
const host = await openHost({
  plugins: [library],
  pluginSettings: { worker: { onStart: Number(jobs), ms: 50 } },
});
`;

describe("a process with a native plugin", () => {
  const workshop = new HostWorkshop();
  let library = "";
  before(() => void (library = workshop.library("worker")));
  after(() => workshop.remove());

  function endOf(script: string, jobs: number): string {
    const args = ["--import", "tsx", "--input-type=module", "-e", open + script, library];
    const run = spawnSync(process.execPath, [...args, String(jobs)], {
      cwd: root,
      encoding: "utf8",
      timeout: 30_000,
    });
    return `${run.status} ${run.stdout}${run.stderr}`;
  }

  it("lives until a native job has ended that it waits for", () => {
    const script = `const [job] = host.jobs();
      console.log((await host.waitJob(job.id)).state);`;
    assert.equal(endOf(script, 1), "0 succeeded\n");
  });

  it("lives until a job in TypeScript has ended that it waits for", () => {
    const script = "console.log((await host.submitAndWait(new Greeting())).state);";
    assert.equal(endOf(script, 0), "0 succeeded\n");
  });

  it("ends when nothing runs, although nobody closes the host", () => {
    const script = `await host.submitAndWait(new Greeting());
      process.on("exit", () => console.log("done"));`;
    assert.equal(endOf(script, 0), "0 done\n");
  });
});
