import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { idOf, newJob } from "./sample-job.ts";
import { moduleUrl, runScript } from "./script.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

// Windows has other rights, and root elsewhere no way to give up its own.
const skip = process.platform !== "linux" && "needs setpriv";

const notWritten =
  /jobs\.db or its folder cannot be written; give this user the right to write both/;

describe("a database that can only be read", { skip }, () => {
  it("is refused in words, and can be had when it may be written", async () => {
    await using folder = await temporaryFolder();
    await storeOneJob(folder);
    const path = folder.file("jobs.db");
    await chmod(path, 0o444);
    assert.match(await opened(folder), notWritten);
    await chmod(path, 0o644);
    assert.equal(await opened(folder), "1 jobs");
  });

  it("is refused in words if its folder is what cannot be written", async () => {
    await using folder = await temporaryFolder();
    await storeOneJob(folder);
    await chmod(folder.path, 0o555);
    assert.match(await opened(folder), notWritten);
    await chmod(folder.path, 0o755);
    assert.equal(await opened(folder), "1 jobs");
  });

  it("is refused in words if the log of a killed host is what cannot be written", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    const killed = await runScript(
      `import { SqliteStore } from ${moduleUrl("src/adapters/stores/sqlite/sqlite-store.ts")};
       import { newJob } from ${moduleUrl("test/adapters/stores/sample-job.ts")};
       const store = new SqliteStore({ path: ${JSON.stringify(path)}, durability: "process" });
       await store.open();
       await store.add(newJob(1)).committed;
       process.kill(process.pid, "SIGKILL");`,
    );
    assert.equal(killed.signal, "SIGKILL", killed.complaints);
    await chmod(`${path}-wal`, 0o444);
    assert.match(
      await opened(folder),
      /jobs\.db-wal or its folder cannot be written; give this user/,
    );
    await chmod(`${path}-wal`, 0o644);
    assert.equal(await opened(folder), "1 jobs");
  });

  it("is not noticed by a store that has it open already", async () => {
    await using folder = await temporaryFolder();
    await using store = storeIn(folder);
    await store.open();
    await chmod(folder.file("jobs.db"), 0o444);
    await chmod(folder.path, 0o555);
    await store.add(newJob(1)).committed;
    await store.close();
    await chmod(folder.path, 0o755);
    await chmod(folder.file("jobs.db"), 0o644);
    await using again = storeIn(folder);
    assert.deepEqual(
      (await again.open()).map(({ id }) => id),
      [idOf(1)],
    );
  });
});

const storeIn = (folder: TemporaryFolder): SqliteStore =>
  new SqliteStore({ path: folder.file("jobs.db"), durability: "process" });

async function storeOneJob(folder: TemporaryFolder): Promise<void> {
  await using store = storeIn(folder);
  await store.open();
  await store.add(newJob(1)).committed;
}

/** What a process that has no more rights than the files' owner finds, or what it is told. */
async function opened(folder: TemporaryFolder): Promise<string> {
  const source = `
    import { SqliteStore } from ${moduleUrl("src/adapters/stores/sqlite/sqlite-store.ts")};
    const path = ${JSON.stringify(folder.file("jobs.db"))};
    const store = new SqliteStore({ path, durability: "process" });
    const records = await store.open().catch((error) => error.message);
    console.log(typeof records === "string" ? records : records.length + " jobs");
    await store.close();`;
  const node = [process.execPath, "--input-type=module-typescript", "--eval", source];
  const isRoot = process.getuid?.() === 0;
  const mayNotOverride = ["--inh-caps=-dac_override", "--bounding-set=-dac_override"];
  const [command = "", ...args] = isRoot ? ["setpriv", ...mayNotOverride, ...node] : node;
  const { stdout } = await promisify(execFile)(command, args, { timeout: 30_000 });
  return stdout.trim();
}
