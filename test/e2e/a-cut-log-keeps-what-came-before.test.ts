import assert from "node:assert/strict";
import { truncate } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import type { Problem } from "./support/kill-nine/case.ts";
import { problemsOfCut } from "./support/kill-nine/check-cut.ts";
import { killWhen } from "./support/kill-nine/kill-when.ts";
import { cutLog } from "./support/kill-nine/log-cut.ts";
import { databaseFile, writeAheadLog, type JobPlan } from "./support/kill-nine/protocol.ts";
import { Random } from "./support/kill-nine/random.ts";
import { recover, type Script } from "./support/kill-nine/recovery.ts";
import { Story } from "./support/kill-nine/story.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const rounds = process.env["BATON_LONG"] === "1" ? 200 : 4;

/** The first round has this seed, each that follows the next one. */
const firstSeed = Number(process.env["BATON_SEED"] ?? Math.floor(Math.random() * 1_000_000));

describe("a log that is cut off after kill -9", { concurrency: 2, timeout: 1_200_000 }, () => {
  for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
    const durability = seed % 2 === 0 ? "full" : "process";
    it(`at a random byte keeps what was committed before it (BATON_SEED=${seed})`, async () => {
      await using folder = await temporaryFolder();
      const { path } = folder;
      const random = new Random(seed);
      const script = new Story(random);
      let cutAt = 0;
      const between = async (): Promise<void> => {
        cutAt = await cutLog(path, random);
      };
      const recovery = await recover({ folder: path, durability, script, between });
      assert.deepEqual(problemsOfCut(recovery, cutAt).map(inWords), [], `BATON_SEED=${seed}`);
      assert.equal(integrityOf(path), "ok");
    });
  }
});

// What is tested here is the test above: it must see what is gone although it was before the cut.
describe("a cut that takes more than it says", { concurrency: 2, timeout: 60_000 }, () => {
  it("is seen by the jobs that are not there", async () => {
    let answers = 0;
    const script = killWhen([plan("a"), plan("b")], (told) => {
      if (told.event === "answered") answers += 1;
      return answers === 2;
    });
    const problems = await problemsAfter(script, (folder) => {
      const database = new DatabaseSync(databaseFile(folder));
      database.exec("DELETE FROM jobs WHERE sequence = 1");
      database.close();
    });
    assert.deepEqual(problems, ["lost"]);
  });

  it("is seen by a pause that was answered", async () => {
    let submitted = 0;
    const script = killWhen([plan("a")], (told, life) => {
      if (told.event !== "answered") return false;
      if (told.number === 1) {
        submitted = told.logBytes;
        life.send({ kind: "pause", number: 2, id: told.id });
      }
      return told.number === 2;
    });
    const problems = await problemsAfter(script, (folder) =>
      truncate(writeAheadLog(folder), submitted),
    );
    assert.ok(problems.includes("not held"), problems.join());
  });
});

async function problemsAfter(
  script: Script,
  damage: (folder: string) => void | Promise<void>,
): Promise<readonly Problem["kind"][]> {
  await using folder = await temporaryFolder();
  const between = async (): Promise<void> => damage(folder.path);
  const recovery = await recover({ folder: folder.path, durability: "process", script, between });
  return problemsOfCut(recovery, Number.POSITIVE_INFINITY).map(({ kind }) => kind);
}

/** What SQLite says of the file itself. */
function integrityOf(folder: string): unknown {
  const database = new DatabaseSync(databaseFile(folder));
  const answer = database.prepare("PRAGMA integrity_check").get();
  database.close();
  return answer?.["integrity_check"];
}

const plan = (name: string): JobPlan => ({
  name,
  steps: 40,
  stepMs: 4,
  end: "success",
  trouble: null,
});

const inWords = ({ kind, text }: Problem): string => `${kind}: ${text}`;
