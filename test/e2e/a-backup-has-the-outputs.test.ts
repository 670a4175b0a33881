import assert from "node:assert/strict";
import { cp, mkdir, readdir, rename, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { backUpUnused, mustNotBelongTo, writeReceived } from "../../src/backup.ts";
import { Job, openHost, StepResult, type Host, type JobRun } from "../../src/index.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const size = 300_000;

/** Leaves two outputs, one of them empty. */
class Report extends Job {
  readonly type = "report";

  async step(run: JobRun): Promise<StepResult> {
    await run.putOutput("report.bin", "application/octet-stream", new Uint8Array(size).fill(7));
    await run.putOutput("empty.txt", "text/plain", "");
    return StepResult.success;
  }

  override getSerialized(): boolean {
    return true;
  }
}

const open = (path: string): Promise<Host> =>
  openHost({ store: { kind: "sqlite", path }, http: { port: 0 }, historySize: 3 });

async function makeJobs(host: Host, count: number): Promise<string[]> {
  const jobs = Array.from({ length: count }, () => host.submitAndWait(new Report()));
  return (await Promise.all(jobs)).map(({ id }) => id);
}

/** Asks for the backup; nothing of it is read yet. */
async function ask(host: Host): Promise<ReadableStream<Uint8Array>> {
  const headers = { "x-baton-database": "*" };
  const answer = await fetch(`${host.url}/tools/backup`, { method: "POST", headers });
  assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "application/x-tar"]);
  assert.ok(answer.body !== null);
  return answer.body;
}

/** Puts a backup into a new folder, as the documentation says, and opens a host there. */
async function restore(folder: string, backup: string): Promise<Host> {
  const place = join(folder, "restored");
  await mkdir(place);
  await cp(backup, join(place, "baton.db"));
  await cp(`${backup}-outputs`, join(place, "baton.db-outputs"), { recursive: true });
  return open(join(place, "baton.db"));
}

async function checkOutputs(host: Host, ids: readonly string[]): Promise<void> {
  assert.deepEqual(
    host.jobs().map(({ id }) => id),
    ids,
  );
  for (const id of ids) {
    const answer = await fetch(`${host.url}/jobs/${id}/report.bin`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    assert.ok(bytes.length === size && bytes.every((byte) => byte === 7));
    assert.equal(await (await fetch(`${host.url}/jobs/${id}/empty.txt`)).text(), "");
  }
}

void describe("a backup", { timeout: 60_000 }, () => {
  void it("of a host that does not run has the outputs of its jobs, and they are read again", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "jobs.db");
    const host = await open(path);
    const ids = await makeJobs(host, 3);
    await host.close();
    const file = join(folder.path, "copy.db");
    const written = await backUpUnused(path, file);
    assert.deepEqual([written?.jobs, written?.outputs], [3, 6]);
    await using restored = await restore(folder.path, file);
    await checkOutputs(restored, ids);
  });

  void it("of a host that runs has those whose records it has, also if they go meanwhile", async () => {
    await using folder = await temporaryFolder();
    await using host = await open(join(folder.path, "jobs.db"));
    const ids = await makeJobs(host, 3);
    const archive = await ask(host);
    // The history keeps three: those that are in the backup leave it, and their outputs with them.
    await makeJobs(host, 5);
    const file = join(folder.path, "copy.db");
    const written = await writeReceived(archive, file);
    assert.deepEqual([written.jobs, written.outputs], [3, 6]);
    await using restored = await restore(folder.path, file);
    await checkOutputs(restored, ids);
    const here = join(folder.path, "jobs.db-outputs");
    while ((await readdir(here)).length > 6) await new Promise((next) => setImmediate(next));
  });

  void it("that breaks off, or finds its name taken, leaves nothing behind", async () => {
    await using folder = await temporaryFolder();
    await using host = await open(join(folder.path, "jobs.db"));
    await makeJobs(host, 2);
    const file = join(folder.path, "copy.db");
    const before = await readdir(folder.path);
    const halved = async function* (): AsyncGenerator<Uint8Array> {
      let left = 400_000;
      for await (const bytes of await ask(host)) {
        yield bytes.subarray(0, left);
        if ((left -= bytes.length) <= 0) return;
      }
    };
    await assert.rejects(writeReceived(halved(), file), /ends before its end/);
    assert.deepEqual(await readdir(folder.path), before);
    await mkdir(`${file}-outputs`);
    await assert.rejects(writeReceived(await ask(host), file), { code: "NAME_TAKEN" });
  });

  void it("keeps out of the way of another of the same name, also one of another container", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "jobs.db");
    const host = await open(path);
    await makeJobs(host, 3);
    const archive = async (): Promise<Uint8Array> => {
      const parts: Uint8Array[] = [];
      for await (const part of await ask(host)) parts.push(part);
      return Buffer.concat(parts);
    };
    const [one, two] = [await archive(), await archive()];
    await host.close();
    const file = join(folder.path, "copy.db");
    // Containers that share the folder have processes of the same number, as here.
    const both = await Promise.allSettled(
      [one, two].map((bytes) => writeReceived(Readable.from([bytes]), file)),
    );
    const ends = both.map((end) => (end.status === "fulfilled" ? "made" : end.reason.code));
    assert.ok(ends.includes("made") && ends.includes("NAME_TAKEN"), ends.join(", "));
    await using restored = await restore(folder.path, file);
    assert.equal(restored.jobs().length, 3);
    assert.deepEqual(
      (await readdir(folder.path)).filter((name) => name.includes("partial")),
      [],
    );
  });

  void it("does not go where the database is, by whatever name that is known", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "real", "jobs.db");
    await mkdir(join(folder.path, "real"));
    await (await open(path)).close();
    await symlink(join(folder.path, "real"), join(folder.path, "other"));
    await rename(path, join(folder.path, "real", "moved.db"));
    await symlink(join(folder.path, "real", "moved.db"), path);
    for (const name of [
      "real/jobs.db",
      "other/moved.db",
      "other/moved.db-wal",
      "other/jobs.db-outputs",
    ]) {
      const refused = mustNotBelongTo(path, join(folder.path, name));
      await assert.rejects(refused, { code: "NAME_TAKEN" }, name);
    }
    await mustNotBelongTo(path, join(folder.path, "other", "copy.db"));
    await unlink(path);
  });
});
