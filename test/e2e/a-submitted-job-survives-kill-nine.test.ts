import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Problem } from "./support/kill-nine/case.ts";
import { problemsOf } from "./support/kill-nine/check.ts";
import { killWhen } from "./support/kill-nine/kill-when.ts";
import type { JobPlan, Sabotage } from "./support/kill-nine/protocol.ts";
import { Random } from "./support/kill-nine/random.ts";
import { recover, type Script } from "./support/kill-nine/recovery.ts";
import { Story } from "./support/kill-nine/story.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const rounds = process.env["BATON_LONG"] === "1" ? 200 : 5;

/** The first round has this seed, each that follows the next one. */
const firstSeed = Number(process.env["BATON_SEED"] ?? Math.floor(Math.random() * 1_000_000));

describe("a submitted job survives kill -9", { concurrency: 2, timeout: 1_200_000 }, () => {
  for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
    const durability = seed % 2 === 0 ? "full" : "process";
    it(`at a random event (BATON_SEED=${seed}, durability "${durability}")`, async () => {
      await using folder = await temporaryFolder();
      const script = new Story(new Random(seed));
      const recovery = await recover({ folder: folder.path, durability, script });
      assert.deepEqual(problemsOf(recovery).map(inWords), [], `BATON_SEED=${seed}`);
    });
  }
});

// What is tested here is the test above: it must not be content with a store that forgets.
describe("a job whose store only says that it commits", { concurrency: 2, timeout: 60_000 }, () => {
  it("is lost with kill -9", async () => {
    let answers = 0;
    const script = killWhen([plan("a", 40), plan("b", 40), plan("c", 40)], (told) => {
      if (told.event === "answered") answers += 1;
      return answers === 3;
    });
    const problems = await problemsAfter("no commits", script);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["lost", "lost", "lost"],
    );
  });

  it("goes on although its pause was answered", async () => {
    const script = killWhen([plan("a", 40)], (told, life) => {
      if (told.event !== "answered") return false;
      if (told.number === 1) life.send({ kind: "pause", number: 2, id: told.id });
      return told.number === 2;
    });
    const [problem] = await problemsAfter("no changes", script);
    assert.match(problem?.text ?? "", /^a was paused and goes on/);
  });

  it("does everything again without its checkpoints", async () => {
    let began = Number.POSITIVE_INFINITY;
    let longest = 0;
    const script = killWhen([plan("a", 300)], (told) => {
      if (told.event !== "stepped") return false;
      began = Math.min(began, told.began);
      longest = Math.max(longest, told.ended - told.began);
      // The checker allows for the longest step: on a busy machine it must still be beyond that.
      return told.ended - began > 700 + 3 * longest;
    });
    const [problem] = await problemsAfter("no checkpoints", script);
    assert.match(problem?.text ?? "", /^a did \d+ steps \(\d+ ms\) again/);
  });
});

async function problemsAfter(sabotage: Sabotage, script: Script): Promise<readonly Problem[]> {
  await using folder = await temporaryFolder();
  return problemsOf(
    await recover({ folder: folder.path, durability: "process", script, sabotage }),
  );
}

const plan = (name: string, steps: number): JobPlan => ({
  name,
  steps,
  stepMs: 4,
  end: "success",
  trouble: null,
});

const inWords = ({ kind, text }: Problem): string => `${kind}: ${text}`;
