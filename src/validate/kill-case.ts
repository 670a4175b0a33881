import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostOptions } from "../index.ts";
import { journalOf } from "./case-spec.ts";
import { writeLine } from "./journal.ts";
import { Random } from "./random.ts";
import { isOver, type Stage } from "./stage.ts";

/** The kill comes within this after the last submit; milliseconds. */
const killWithinMs = 250;

const durable = (stage: Stage): HostOptions => ({
  store: { kind: "sqlite", path: join(stage.spec.folder, "jobs.db"), durability: "process" },
});

/** What one life leaves to the next. */
interface Past {
  /** Jobs that had not ended. */
  readonly ids: readonly string[];
  /** Each of them can be saved, so each must be there again. */
  readonly areSaved: boolean;
}

const pastFile = (stage: Stage): string => join(stage.spec.folder, "past");

/** Submits, and kills its own process in the middle. */
export async function untilKill(stage: Stage): Promise<void> {
  stage.check({});
  const host = await stage.open(durable(stage));
  let delayMs = new Random(stage.spec.seed).below(killWithinMs);
  for (; ; delayMs = Math.floor(delayMs / 2)) {
    await stage.send(host);
    await stage.wait(delayMs);
    const ids = host.jobs().flatMap((job) => (isOver(job) ? [] : [job.id]));
    if (ids.length > 0 && stage.checker.counts().saved > 0) die(stage, ids);
    // Else they were quicker: the next kill comes sooner.
    if (delayMs === 0) break;
  }
  const { saved } = stage.checker.counts();
  await stage.close(host);
  stage.notRun(
    saved === 0 ? "no job was made that can be saved" : "every job ended before the kill",
  );
}

/** Kills this process; `ids` are the jobs that have not ended. */
function die(stage: Stage, ids: readonly string[]): void {
  const { saved, submitted } = stage.checker.counts();
  const past: Past = { ids, areSaved: saved === submitted };
  writeFileSync(pastFile(stage), JSON.stringify(past));
  writeLine(journalOf(stage.spec.folder), { kind: "killing" });
  process.kill(process.pid, "SIGKILL");
}

/** Opens the same store: what had not ended goes on, or can be told why not. */
export async function afterKill(stage: Stage): Promise<void> {
  stage.check({ roundTrip: true });
  const host = await stage.open(durable(stage));
  const past = JSON.parse(readFileSync(pastFile(stage), "utf8")) as Past;
  await stage.settle(host);
  const jobs = new Map(host.jobs().map((job) => [job.id, job]));
  for (const id of past.ids) {
    const job = jobs.get(id);
    if (job === undefined && past.areSaved) {
      stage.found("HOST_DEFECT", `the job ${id} was saved, and lost when the process was killed`);
    }
    if (job?.waitsForType === true) {
      stage.found("TYPE_NOT_REGISTERED", `a saved job of the type "${job.type}" was not revived`);
    }
    if (job?.error?.code === "CANNOT_REVIVE") {
      stage.found("REVIVE_FAILED", `a saved job of the type "${job.type}": ${job.error.message}`);
    }
  }
  await stage.close(host);
}
