import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Job, openHost, StepResult, type Host, type JobRun } from "../../src/index.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Writes what it is told to under "report.csv", and leaves another file behind half written. */
class Report extends Job {
  readonly type = "report";
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  async step(run: JobRun): Promise<StepResult> {
    await run.putOutput("report.csv", "text/csv", this.#text);
    return StepResult.success;
  }

  override getSerialized(): string {
    return this.#text;
  }
}

const orphan = "00000000-0000-4000-8000-000000000001.0123456789abcdef";

void describe("outputs in a folder beside the database", { timeout: 60_000 }, () => {
  void it("are there after a restart, by range too, and what nobody names is not", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "jobs.db");
    const id = await first(path);
    for (const name of [orphan, `${orphan}.part`]) await writeFile(`${path}-outputs/${name}`, "x");
    await using host = await open(path);
    assert.equal((await readdir(`${path}-outputs`)).length, 1, "orphans are swept");
    assert.deepEqual(host.jobInfo(id).outputs, [{ key: "report.csv", mime: "text/csv", size: 8 }]);
    const headers = { range: "bytes=2-4" };
    const answer = await fetch(`${host.url}/jobs/${id}/report.csv`, { headers });
    assert.deepEqual([answer.status, await answer.text()], [206, "b,c"]);
    const shown = (await (await fetch(`${host.url}/jobs/${id}`)).json()) as { Outputs: unknown };
    assert.deepEqual(shown.Outputs, [{ Key: "report.csv", Mime: "text/csv", Size: 8 }]);
  });

  void it("are left alone by a host that does not know their jobs", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "jobs.db");
    await first(path);
    const before = await readdir(`${path}-outputs`);
    await (await open(path, false)).close();
    assert.deepEqual(await readdir(`${path}-outputs`), before);
  });

  void it("are gone with a host that keeps nothing", async () => {
    const host = await openHost({ http: { port: 0 } });
    const { id } = await host.submitAndWait(new Report("a"));
    const answer = await fetch(`${host.url}/jobs/${id}/report.csv`);
    assert.equal(await answer.text(), "a");
    const output = host.jobOutput(id, "report.csv");
    await host.close();
    await assert.rejects(output.read(), { code: "NOT_FOUND" });
  });
});

async function first(path: string): Promise<string> {
  await using host = await open(path);
  return (await host.submitAndWait(new Report("a,b,c\n1\n"))).id;
}

function open(path: string, load = true): Promise<Host> {
  return openHost({ store: { kind: "sqlite", path, load }, http: { port: 0 } });
}
