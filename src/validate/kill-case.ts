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

const idsFile = (stage: Stage): string => join(stage.spec.folder, "ids");

/** Submits, and kills its own process in the middle. */
export async function untilKill(stage: Stage): Promise<void> {
  stage.check({});
  const host = await stage.open(durable(stage));
  await stage.send(host);
  if (stage.checker.counts().saved === 0) {
    await stage.close(host);
    stage.notRun("no job was made that can be saved");
    return;
  }
  await stage.wait(new Random(stage.spec.seed).below(killWithinMs));
  const ids = host.jobs().filter((job) => !isOver(job));
  writeFileSync(idsFile(stage), JSON.stringify(ids.map(({ id }) => id)));
  writeLine(journalOf(stage.spec.folder), { kind: "killing" });
  process.kill(process.pid, "SIGKILL");
}

/** Opens the same store: what had not ended goes on, or can be told why not. */
export async function afterKill(stage: Stage): Promise<void> {
  stage.check({ roundTrip: true });
  const host = await stage.open(durable(stage));
  const ids = JSON.parse(readFileSync(idsFile(stage), "utf8")) as readonly string[];
  await stage.settle(host);
  const jobs = new Map(host.jobs().map((job) => [job.id, job]));
  for (const id of ids) {
    const job = jobs.get(id);
    if (job?.waitsForType === true) {
      stage.found("TYPE_NOT_REGISTERED", `a saved job of the type "${job.type}" was not revived`);
    }
    if (job?.error?.code === "CANNOT_REVIVE") {
      stage.found("REVIVE_FAILED", `a saved job of the type "${job.type}": ${job.error.message}`);
    }
  }
  await stage.close(host);
}
