import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "./support/temporary-folder.ts";

const script = fileURLToPath(new URL("./support/shifted-clock.ts", import.meta.url));
const day = 86_400_000;

/** What takes 300 ms takes no longer than this, on a busy machine; with a day it has no chance. */
const patienceMs = 15_000;

describe("a host whose clock is set while it works", { timeout: 90_000 }, () => {
  for (const [name, jump] of [
    ["a day forward", day],
    ["a day back", -day],
  ] as const) {
    it(`${name} retries, times out and closes when it is time`, async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, "baton.db");
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [script, path, String(jump)],
        // Else it would be there for a day.
        { timeout: 60_000, killSignal: "SIGKILL" },
      );
      const took = JSON.parse(stdout) as Record<"retried" | "waited" | "closed", number>;
      for (const [what, ms] of Object.entries(took)) {
        assert.ok(ms >= 250 && ms < patienceMs, `${what} after ${ms} ms`);
      }
      const database = new DatabaseSync(path);
      const { integrity_check: integrity } = database.prepare("PRAGMA integrity_check").get() ?? {};
      const states = database.prepare("SELECT state FROM jobs ORDER BY sequence").all();
      database.close();
      assert.equal(integrity, "ok");
      // A success, and the job that was left alone: pending or running, as the last commit has it.
      assert.equal(states.length, 2);
    });
  }
});
