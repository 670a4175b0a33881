import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { HostOptions, JobInfo } from "../../src/index.ts";
import { Random } from "../e2e/support/kill-nine/random.ts";
import { temporaryFolder } from "../e2e/support/temporary-folder.ts";
import { brokenPromises, type KillCase } from "./support/host-kill-check.ts";
import { KillLife, notesIn, type KillTold } from "./support/host-kill-life.ts";
import { KillStory } from "./support/host-kill-story.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const rounds = process.env["BATON_LONG"] === "1" ? 30 : 3;

/** The first round has this seed, each that follows the next one. */
const firstSeed = Number(process.env["BATON_SEED"] ?? Math.floor(Math.random() * 1_000_000));

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

describe("a native job that was submitted survives kill -9", { timeout: 600_000 }, () => {
  for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
    it(`at a random moment (BATON_SEED=${seed})`, async () => {
      const one = await liveTwice(seed, "sqlite");
      assert.deepEqual(brokenPromises(one), [], `BATON_SEED=${seed}`);
    });
  }

  // What is tested here is the test above.
  it("and would not, if the store only said that it commits", async () => {
    const problems = brokenPromises(await liveTwice(2, "memory"));
    assert.match(problems.join(), /is lost/);
  });
});

/** Half of the lives end at an event, half between the plugin's own words on the disk. */
async function liveTwice(seed: number, kind: "sqlite" | "memory"): Promise<KillCase> {
  await using folder = await temporaryFolder();
  const file = (name: string): string => join(folder.path, name);
  const random = new Random(seed);
  const diesByItself = random.next() < 0.5;
  const killAfter = diesByItself ? random.between(1, 350) : 0;
  const killAt = diesByItself ? Number.POSITIVE_INFINITY : random.between(5, 160);
  const durability = seed % 3 === 0 ? "process" : "full";
  const store: HostOptions["store"] = { kind: "sqlite", path: file("baton.db"), durability };
  const story = new KillStory(random, killAt);
  const settings = { log: file("1.log"), onStart: 4, onThread: 8, killAfter };
  await using first = new KillLife(
    { store: kind === "sqlite" ? store : { kind }, library, settings },
    story.hear,
  );
  const { signal } = await first.ended;
  assert.equal(signal, "SIGKILL", first.errors);
  const drain = new Drain();
  const counts = file("counts");
  await using second = new KillLife(
    { store, library, settings: { log: file("2.log"), counts } },
    drain.hear,
  );
  assert.deepEqual(await second.ended, { code: 0, signal: null }, second.errors);
  const [created, finalized] = (await readFile(counts, "utf8")).split(" ");
  assert.equal(created, finalized);
  return {
    before: await notesIn(file("1.log")),
    after: await notesIn(file("2.log")),
    asked: story.asked,
    reloaded: drain.reloaded,
    last: drain.last,
  };
}

/** Resumes what was paused, and closes the host when every job has ended. */
class Drain {
  readonly reloaded = new Map<string, JobInfo>();
  readonly last = new Map<string, JobInfo>();

  readonly hear = (told: KillTold, life: KillLife): void => {
    if (told.event === "opened") {
      for (const job of told.jobs) {
        this.reloaded.set(job.id, job);
        if (!this.last.has(job.id)) this.last.set(job.id, job);
        const resume = `${told.url}/jobs/${job.id}/resume`;
        if (job.state === "paused") void fetch(resume, { method: "POST" });
      }
    }
    if (told.event === "changed") this.last.set(told.job.id, told.job);
    if (this.#isOver && (told.event === "opened" || this.reloaded.size > 0)) life.close();
  };

  get #isOver(): boolean {
    return [...this.last.values()].every(
      ({ state }) => state === "succeeded" || state === "failed",
    );
  }
}
