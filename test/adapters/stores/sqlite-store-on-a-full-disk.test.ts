import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { whyNotWritten } from "../../../src/adapters/stores/sqlite/faults.ts";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { moduleUrl, runScript } from "./script.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

// prlimit comes with every Linux; elsewhere there is no way to give the room back.
const skip = process.platform !== "linux" && "needs prlimit";

describe("a disk that is full for a while", { skip }, () => {
  it("keeps everything that was accepted, and takes more when there is room again", async () => {
    await using folder = await temporaryFolder();
    const { accepted, refused, messages } = await inLittleRoom<Filled>(
      folder,
      `const content = JSON.stringify("x".repeat(5_000));
       const [accepted, refused, messages] = [[], [], new Set()];
       const store = new SqliteStore({ path, durability: "full" });
       await store.open();
       let n = 0;
       for (let round = 1; round <= 4; round += 1) {
         limit(round * 200_000);
         for (let failures = 0; failures < 20; n += 1) {
           const job = { ...newJob(n), content };
           await store.add(job).committed.then(
             () => accepted.push(job.id),
             (error) => (failures += 1, refused.push(job.id), messages.add(error.message)),
           );
         }
       }
       limit("unlimited");
       for (const last = n + 20; n < last; n += 1) {
         const job = { ...newJob(n), content };
         await store.add(job).committed;
         accepted.push(job.id);
       }
       console.log(JSON.stringify({ accepted, refused, messages: [...messages] }));
       process.kill(process.pid, "SIGKILL");`,
    );
    assert.equal(refused.length, 80);
    for (const message of messages) assert.match(message, /: the disk refused .* \(SQLite's code/);
    await using store = new SqliteStore({ path: folder.file("jobs.db"), durability: "full" });
    const found = (await store.open()).map(({ id }) => id);
    assert.deepEqual(found, accepted);
    await store.close();
    assert.equal(integrityOf(folder), "ok");
  });

  it("is said in words when a file cannot even be opened, and leaves nothing broken", async () => {
    await using folder = await temporaryFolder();
    const { message, isOpenLater } = await inLittleRoom<Opened>(
      folder,
      `limit(1_000);
       const first = new SqliteStore({ path, durability: "full" });
       const message = await first.open().then(() => "opened", (error) => error.message);
       await first.close();
       limit("unlimited");
       const second = new SqliteStore({ path, durability: "full" });
       const isOpenLater = await second.open().then(() => true, () => false);
       await second.close();
       console.log(JSON.stringify({ message, isOpenLater }));`,
    );
    assert.match(message, /jobs\.db cannot be opened, the disk refused to .*: look whether it/);
    assert.equal(isOpenLater, true);
  });

  it("is called full when SQLite knows it", () => {
    const database = new DatabaseSync(":memory:");
    database.exec("PRAGMA max_page_count = 3; CREATE TABLE t (a)");
    const fill = database.prepare("INSERT INTO t VALUES (zeroblob(20000))");
    let said = "";
    try {
      fill.run();
    } catch (error) {
      said = whyNotWritten(error);
    }
    assert.equal(said, "the disk is full; make room, nothing has to be started again");
  });
});

interface Filled {
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
  readonly messages: readonly string[];
}

interface Opened {
  readonly message: string;
  readonly isOpenLater: boolean;
}

/** Runs a text in a process that can limit how long its files may become; answers what it told. */
async function inLittleRoom<T>(folder: TemporaryFolder, text: string): Promise<T> {
  const { output, complaints } = await runScript(
    `import { execFileSync } from "node:child_process";
     import { SqliteStore } from ${moduleUrl("src/adapters/stores/sqlite/sqlite-store.ts")};
     import { newJob } from ${moduleUrl("test/adapters/stores/sample-job.ts")};
     const path = ${JSON.stringify(folder.file("jobs.db"))};
     const limit = (bytes) =>
       execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=" + bytes + ":unlimited"]);
     ${text}`,
  );
  assert.notEqual(output, "", complaints);
  return JSON.parse(output) as T;
}

function integrityOf(folder: TemporaryFolder): unknown {
  const database = new DatabaseSync(folder.file("jobs.db"));
  const answer = database.prepare("PRAGMA integrity_check").get();
  database.close();
  return answer?.["integrity_check"];
}
