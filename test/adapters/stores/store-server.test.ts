import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommitMark } from "../../../src/adapters/stores/sqlite/commit-mark.ts";
import { Database } from "../../../src/adapters/stores/sqlite/database.ts";
import { loadSqlite } from "../../../src/adapters/stores/sqlite/load-sqlite.ts";
import type {
  RowWrite,
  StoreAnswer,
  WriteRequest,
} from "../../../src/adapters/stores/sqlite/messages.ts";
import { toValues } from "../../../src/adapters/stores/sqlite/rows.ts";
import { StoreServer } from "../../../src/adapters/stores/sqlite/store-server.ts";
import { idOf, newJob } from "./sample-job.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

describe("what the store thread does", () => {
  it("answers all that wait with one commit", async () => {
    await using folder = await temporaryFolder();
    const { server, answers } = await serverAt(folder);
    server.serve([adds(1, put(1)), adds(2, put(2)), adds(3, put(3))]);
    server.serve([{ kind: "close" }]);
    assert.deepEqual(answers, ["committed 1-3", "end"]);
  });

  it("refuses only the guilty of a group", async () => {
    await using folder = await temporaryFolder();
    const { server, answers } = await serverAt(folder);
    server.serve([adds(1, put(1)), adds(2, invalid(2)), adds(3, put(3)), { kind: "close" }]);
    assert.deepEqual(answers, ["committed 1-1", "failed 2: wrong", "committed 3-3", "end"]);
  });

  it("says in SQLite's words what went wrong, without the statement or the file", async () => {
    await using folder = await temporaryFolder();
    const { server, answers } = await serverAt(folder);
    const clash = put(2, 1);
    server.serve([adds(1, put(1)), adds(2, clash), { kind: "close" }]);
    const why = "UNIQUE constraint failed: jobs.sequence";
    assert.deepEqual(answers, ["committed 1-1", `failed 2: ${why}`, "end"]);
  });

  it("keeps a refused job out until its sender has heard of it", async () => {
    await using folder = await temporaryFolder();
    const { server, answers } = await serverAt(folder);
    server.serve([adds(1, invalid(1))]);
    server.serve([{ ...adds(2, put(1)), adds: false }]);
    server.serve([{ ...adds(3, put(1)), adds: false, heard: 1 }, { kind: "close" }]);
    const why = "this job could not be stored when it was new";
    assert.deepEqual(answers, ["failed 1: wrong", `failed 2: ${why}`, "committed 3-3", "end"]);
  });

  it("removes, when it opens, what was answered as failed", async () => {
    await using folder = await temporaryFolder();
    const { server } = await serverAt(folder);
    server.serve([adds(1, put(1)), adds(2, put(2)), { kind: "close" }]);
    const next = await serverAt(folder, { remove: [idOf(1)], load: true, again: [] });
    next.server.serve([{ kind: "close" }]);
    assert.deepEqual(next.opening, ["read 1", "opened after 2"]);
  });
});

async function serverAt(
  folder: TemporaryFolder,
  open = { remove: [idOf(0)], load: false, again: [] },
) {
  const sqlite = await loadSqlite();
  const opening: string[] = [];
  const answers: string[] = [];
  let target = opening;
  const server = new StoreServer({
    native: null,
    copy: () => Promise.resolve([]),
    openDatabase: () => Database.open(sqlite, folder.file("jobs.db"), "process"),
    answer: (answer) => target.push(inWords(answer)),
    mark: new CommitMark(),
    end: () => target.push("end"),
  });
  server.serve([{ kind: "open", ...open }]);
  target = answers;
  return { server, opening, answers };
}

function inWords(answer: StoreAnswer): string {
  switch (answer.kind) {
    case "read":
      return `read ${answer.rows.length}`;
    case "opened":
      return `opened after ${answer.highestSequence}`;
    case "unopened":
      return `unopened: ${answer.detail}`;
    case "committed":
      return `committed ${answer.first}-${answer.last}`;
    case "copied":
      return `copied: ${answer.fault ?? "yes"}`;
    case "properties":
      return `properties: ${answer.properties?.length ?? "none"}`;
    case "failed":
      return `failed ${answer.number}: ${answer.detail}`;
  }
}

const adds = (number: number, write: RowWrite): WriteRequest => ({
  kind: "write",
  number,
  heard: 0,
  adds: true,
  writes: [write],
});

const put = (n: number, sequence = n): RowWrite => ({
  kind: "put",
  id: idOf(n),
  row: toValues({ ...newJob(n), sequence }),
});

const invalid = (n: number): RowWrite => ({ kind: "invalid", id: idOf(n), fault: "wrong" });
