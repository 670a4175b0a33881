import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { idOf } from "./sample-job.ts";
import { moduleUrl, runScript } from "./script.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const rounds = 4;
const acknowledgedBeforeKill = 300;

describe("the SQLite store and the end of the process", () => {
  it("keeps every acknowledged job when the process is killed again and again", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    const acknowledged: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { signal, output } = await runScript(
        `${opensStore(path)}
         const write = async (from) => {
           for (let n = from; ; n += 8) {
             await store.add(newJob(${round * 1_000_000} + n)).committed;
             process.stdout.write(${round * 1_000_000} + n + "\\n");
           }
         };
         for (let n = 0; n < 8; n += 1) void write(n);`,
        (text) => (text.split("\n").length > acknowledgedBeforeKill ? "kill" : "go on"),
      );
      assert.equal(signal, "SIGKILL");
      // The last line may be cut in the middle; a line that ends is an answer.
      acknowledged.push(...output.split("\n").slice(0, -1));
    }
    assert.ok(acknowledged.length >= rounds * acknowledgedBeforeKill);
    await using store = new SqliteStore({ path, durability: "process" });
    const records = await store.open();
    const stored = new Set<string>(records.map((record) => record.id));
    assert.deepEqual(
      acknowledged.filter((n) => !stored.has(idOf(Number(n)))),
      [],
    );
    assert.equal(new Set(records.map((record) => record.sequence)).size, records.length);
  });

  it("does not keep a process alive that has nothing left to write", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    const { code, complaints } = await runScript(
      `${opensStore(path)}
       await store.add(newJob(1)).committed;`,
    );
    assert.deepEqual({ code, complaints }, { code: 0, complaints: "" });
    await using store = new SqliteStore({ path, durability: "process" });
    assert.equal((await store.open()).length, 1);
  });

  it("keeps a process alive until what it has handed over is written", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    const { code } = await runScript(
      `${opensStore(path)}
       for (let n = 0; n < 500; n += 1) void store.add(newJob(n)).committed;`,
    );
    assert.equal(code, 0);
    await using store = new SqliteStore({ path, durability: "process" });
    assert.equal((await store.open()).length, 500);
  });

  it("leaves one file when it is closed", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    const { code, complaints } = await runScript(
      `${opensStore(path)}
       void store.add(newJob(1)).committed;
       await store.close();
       const again = new SqliteStore({ path: ${JSON.stringify(path)}, durability: "process" });
       await again.open();
       await again.close();`,
    );
    assert.deepEqual({ code, complaints }, { code: 0, complaints: "" });
    assert.equal(existsSync(`${path}-wal`), false);
    assert.equal(existsSync(`${path}-shm`), false);
  });
});

function opensStore(path: string): string {
  return `import { SqliteStore } from ${moduleUrl("src/adapters/stores/sqlite/sqlite-store.ts")};
    import { newJob } from ${moduleUrl("test/adapters/stores/sample-job.ts")};
    const store = new SqliteStore({ path: ${JSON.stringify(path)}, durability: "process" });
    await store.open();`;
}
