import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { BatonProcess } from "../cli/baton-process.ts";
import { countingPlugin } from "./support/counting-plugin.ts";
import { storedJobs, storeJob } from "./support/stored-job.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

interface Job {
  readonly State: string;
  readonly Content: { readonly done: number; readonly from: number };
}

describe("baton backup", { concurrency: 2, timeout: 90_000 }, () => {
  it("copies the database of a host under load, and the copy goes on", async () => {
    await using folder = await hostFolder();
    await using host = serve(folder.path);
    const url = await urlOf(host);
    const long = await submit(url, 1_000_000);
    while ((await show(url, long)).Content.done < 60) await delay(20);
    const before: string[] = [];
    for (let n = 0; n < 20; n += 1) before.push(await submit(url, 1));
    const made = new AbortController();
    const load = Array.from({ length: 4 }, async () => {
      while (!made.signal.aborted) await submit(url, 1);
    });
    const backup = await backUp(folder.path, "copy.db", "--url", url);
    made.abort();
    await Promise.all(load);
    assert.deepEqual([backup.code, backup.stderr], [0, ""]);
    assert.match(backup.stdout, /^\d+ jobs, \d+ bytes, in .*copy\.db$/);
    host.kill("SIGKILL");

    await using other = await hostFolder();
    await mkdir(join(other.path, "db"));
    await cp(join(folder.path, "copy.db"), join(other.path, "db", "baton.db"));
    await using restored = serve(other.path);
    const again = await urlOf(restored);
    for (const id of before) {
      while ((await show(again, id)).State !== "Success") await delay(20);
    }
    const { State, Content } = await show(again, long);
    assert.equal(State, "Running");
    assert.ok(Content.from > 0, "it began anew");
  });

  it("copies what a killed host has left, and changes nothing of it but its log", async () => {
    await using folder = await hostFolder();
    await using host = serve(folder.path);
    const url = await urlOf(host);
    const ids = [await submit(url, 10_000), await submit(url, 10_000)];
    host.kill("SIGKILL");
    await host.exit();
    const made = await backUp(folder.path, "copy.db");
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^2 jobs, /);
    await mkdir(join(folder.path, "copy"));
    await cp(join(folder.path, "copy.db"), join(folder.path, "copy", "baton.db"));
    for (const place of ["copy", "db"]) {
      assert.deepEqual(
        (await storedJobs(join(folder.path, place))).map(({ id }) => id),
        ids,
      );
    }
  });

  it("never overwrites, and leaves nothing behind when it is refused", async () => {
    await using folder = await hostFolder();
    await mkdir(join(folder.path, "db"));
    await storeJob(join(folder.path, "db"));
    await writeFile(join(folder.path, "precious.db"), "mine");
    const refused = await backUp(folder.path, "precious.db");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /precious\.db exists; a backup never overwrites, give another name$/,
    );
    assert.equal(await readFile(join(folder.path, "precious.db"), "utf8"), "mine");
    const nowhere = await backUp(folder.path, "none/copy.db");
    assert.match(nowhere.stderr, /none\/copy\.db cannot be written \(ENOENT\); make room, or/);
    const names = (await readdir(folder.path)).toSorted();
    assert.deepEqual(names, ["baton.json", "counting.mjs", "db", "precious.db"]);
  });

  it("refuses a database of a newer Baton, and leaves it as it is", async () => {
    await using folder = await hostFolder();
    const path = join(folder.path, "db", "baton.db");
    await mkdir(join(folder.path, "db"));
    await storeJob(join(folder.path, "db"));
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 1000");
    database.close();
    const bytes = hash("sha1", await readFile(path));
    const refused = await backUp(folder.path, "copy.db");
    assert.match(refused.stderr, /newer version of Baton: .*baton\.db has version 1000/);
    assert.equal(hash("sha1", await readFile(path)), bytes);
    assert.deepEqual(await readdir(join(folder.path, "db")), ["baton.db"]);
  });

  it("says what is missing: a database, the address of its host, a host at that address", async () => {
    await using folder = await hostFolder();
    const none = await backUp(folder.path, "copy.db");
    assert.match(none.stderr, /baton\.db does not exist$/);
    await using host = serve(folder.path);
    await urlOf(host);
    const unknown = await backUp(folder.path, "copy.db");
    assert.match(unknown.stderr, /is in use, and "HttpPort" is 0: pass --url with the address/);
    const wrong = await backUp(folder.path, "copy.db", "--url", "http://127.0.0.1:1");
    assert.match(wrong.stderr, /is in use, but no host answers at http:\/\/127\.0\.0\.1:1; pass/);
  });
});

async function hostFolder(): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder();
  const kept = { JobsHistorySize: 1_000_000 };
  const config = { HttpPort: 0, IndexDirectory: "db", Plugins: ["counting.mjs"], ...kept };
  await writeFile(join(folder.path, "baton.json"), JSON.stringify(config));
  await writeFile(join(folder.path, "counting.mjs"), countingPlugin);
  return folder;
}

const serve = (folder: string): BatonProcess =>
  new BatonProcess("serve", "--config", join(folder, "baton.json"));

async function backUp(
  folder: string,
  file: string,
  ...flags: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const config = ["--config", join(folder, "baton.json")];
  await using baton = new BatonProcess("backup", join(folder, file), ...config, ...flags);
  const code = await baton.exit();
  return { code, stdout: baton.lines("stdout").join(), stderr: baton.lines("stderr").join() };
}

async function urlOf(baton: BatonProcess): Promise<string> {
  return (await baton.line("stdout", /listens on/)).replace(/.* listens on /, "");
}

async function submit(url: string, steps: number): Promise<string> {
  return (await fetch(`${url}/counting/${steps}`, { method: "POST" })).text();
}

async function show(url: string, id: string): Promise<Job> {
  return (await (await fetch(`${url}/jobs/${id}`)).json()) as Job;
}
