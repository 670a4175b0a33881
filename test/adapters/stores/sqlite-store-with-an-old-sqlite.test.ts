import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as real from "node:sqlite";
import { describe, it } from "node:test";
import { Database } from "../../../src/adapters/stores/sqlite/database.ts";
import type { Sqlite } from "../../../src/adapters/stores/sqlite/load-sqlite.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("a SQLite whose log can be corrupted", () => {
  for (const [version, isWithLog] of [
    ["3.51.2", false],
    ["3.51.3", true],
  ] as const) {
    it(`${isWithLog ? "is not" : "is"} ${version}: it writes ${isWithLog ? "one" : "none"}`, async () => {
      await using folder = await temporaryFolder();
      const path = folder.file("jobs.db");
      const database = Database.open(saying(version), path, "full");
      database.begin();
      database.setProperty({ plugin: "p", name: "n", value: new Uint8Array([1]) });
      database.commit();
      assert.equal(existsSync(`${path}-wal`), isWithLog);
      database.close();
    });
  }
});

/** Node's SQLite, which says that it is of another version. */
function saying(version: string): Sqlite {
  class OfVersion extends real.DatabaseSync {
    override prepare(sql: string): real.StatementSync {
      return super.prepare(sql.replace("sqlite_version()", `'${version}'`));
    }
  }
  return { ...real, DatabaseSync: OfVersion };
}
