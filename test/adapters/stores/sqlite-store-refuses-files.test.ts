import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { hasSafeLog } from "../../../src/adapters/stores/sqlite/load-sqlite.ts";
import { migrations } from "../../../src/adapters/stores/sqlite/migrations.ts";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { newJob } from "./sample-job.ts";
import { runScript } from "./script.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("a file that the SQLite store cannot use", () => {
  it("is refused, and left as it is, if a newer Baton wrote it", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    await storeOneJob(path);
    alter(path, "PRAGMA user_version = 99");
    const before = await contentOf(folder.path);
    const detail = `The database was written by a newer version of Baton: ${path} has version 99, this Baton knows up to ${migrations.length}`;
    await refuses(path, "STORE_TOO_NEW", detail);
    assert.deepEqual(await contentOf(folder.path), before);
  });

  it("is left as it is even if the newer Baton was killed and its log was not read back", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    await runScript(
      `import { DatabaseSync } from "node:sqlite";
       const database = new DatabaseSync(${JSON.stringify(path)});
       database.exec("PRAGMA journal_mode = WAL; PRAGMA application_id = 0x4241544e");
       database.exec("PRAGMA user_version = 99; CREATE TABLE later (a)");
       process.kill(process.pid, "SIGKILL");`,
    );
    const before = await contentOf(folder.path);
    assert.match(before.get("jobs.db-wal") ?? "", /^[1-9]\d{3,} /);
    await refuses(path, "STORE_TOO_NEW", /version 99/);
    const after = await contentOf(folder.path);
    for (const name of ["jobs.db", "jobs.db-wal"]) assert.equal(after.get(name), before.get(name));
  });

  it("is refused, and left as it is, if it is another program's database", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("books.db");
    alter(path, "CREATE TABLE books (title TEXT)");
    const before = await contentOf(folder.path);
    await refuses(path, "STORE_UNREADABLE", /books\.db is the database of another program$/);
    assert.deepEqual(await contentOf(folder.path), before);
  });

  it("is refused if it is no database at all", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("notes.txt");
    await writeFile(path, "this is not a database\n".repeat(100));
    await refuses(path, "STORE_UNREADABLE", /notes\.txt is not a database; name another file$/);
  });

  it("is refused if it is damaged", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    await storeOneJob(path);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0xff, 100, 4_096));
    await refuses(path, "STORE_UNREADABLE", /jobs\.db is damaged; restore it from a copy/);
  });

  it("is refused if it is a folder", async () => {
    await using folder = await temporaryFolder();
    await mkdir(folder.file("jobs.db"));
    await refuses(folder.file("jobs.db"), "STORE_UNREADABLE", /jobs\.db is a folder, not a file$/);
  });

  it("is refused if its folder is missing, or is a file", async () => {
    await using folder = await temporaryFolder();
    const missing = join(folder.path, "missing", "jobs.db");
    await refuses(missing, "STORE_UNREADABLE", /the folder of .*jobs\.db does not exist$/);
    await writeFile(folder.file("file"), "");
    const below = join(folder.path, "file", "jobs.db");
    await refuses(below, "STORE_UNREADABLE", /jobs\.db cannot be opened; its folder must be/);
  });

  it("is refused while another store holds it, and can be had afterwards", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    const first = new SqliteStore({ path, durability: "process" });
    await first.open();
    await refuses(
      path,
      "STORE_UNREADABLE",
      /jobs\.db is in use by another process; stop that one, or/,
    );
    await first.add(newJob(1)).committed;
    await first.close();
    await using second = new SqliteStore({ path, durability: "process" });
    assert.equal((await second.open()).length, 1);
  });

  it("can be used if it is empty", async () => {
    await using folder = await temporaryFolder();
    await writeFile(folder.file("jobs.db"), "");
    await using store = new SqliteStore({ path: folder.file("jobs.db"), durability: "process" });
    assert.deepEqual(await store.open(), []);
  });
});

describe("the SQLite versions whose log can be corrupted", () => {
  const cases = {
    "3.44.5": false,
    "3.44.6": true,
    "3.45.1": false,
    "3.50.6": false,
    "3.50.7": true,
    "3.51.2": false,
    "3.51.3": true,
    "3.53.4": true,
    "4.0.0": true,
  };
  for (const [version, isSafe] of Object.entries(cases)) {
    it(`${isSafe ? "do not include" : "include"} ${version}`, () => {
      assert.equal(hasSafeLog(version), isSafe);
    });
  }
});

async function refuses(path: string, code: string, message: string | RegExp): Promise<void> {
  await using store = new SqliteStore({ path, durability: "process" });
  await assert.rejects(store.open(), { name: "JobEngineError", code, message });
}

async function storeOneJob(path: string): Promise<void> {
  await using store = new SqliteStore({ path, durability: "process" });
  await store.open();
  await store.add(newJob(1)).committed;
}

function alter(path: string, statement: string): void {
  const database = new DatabaseSync(path);
  database.exec(statement);
  database.close();
}

/** Every file of a folder with its size and the hash of its bytes. */
async function contentOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).toSorted();
  const content = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return new Map(
    content.map((bytes, n) => [names[n] ?? "", `${bytes.length} ${hash("sha1", bytes)}`]),
  );
}
