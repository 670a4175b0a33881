/**
 * A host whose disk is full for a while: the system refuses every byte beyond where the database's
 * log ends (RLIMIT_FSIZE), and later takes them again. Tells in one line what happened, then kills
 * itself with SIGKILL. Its argument: the database.
 */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openHost, StepResult } from "../../../src/index.ts";
import { Events } from "./events.ts";
import { ScriptedJob } from "./scripted-job.ts";

/** What happened while the disk was full, and after it. */
export interface FullDiskReport {
  /** What the refused calls said: a submit, a pause, a submit over REST. */
  readonly refused: { readonly submit: string; readonly pause: string; readonly rest: number };
  /** States as they were told while the disk was full, a while after they had changed. */
  readonly toldWhenFull: Readonly<Record<"paused" | "ended", string>>;
  readonly toldAfterwards: Readonly<Record<"paused" | "ended" | "late", string>>;
  readonly ids: Readonly<Record<"paused" | "ended" | "late", string>>;
  /** What the host said of its store. */
  readonly logged: readonly string[];
}

const path = process.argv[2] ?? "";

function limitFiles(bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:unlimited`]);
}

const codeAndWords = (error: unknown): string => (error instanceof Error ? error.message : "");

const events = new Events();
const host = await openHost({
  store: { kind: "sqlite", path },
  http: { port: 0 },
  observer: events.observer,
});
const [pausing, ending, late] = [new ScriptedJob(), new ScriptedJob(), new ScriptedJob()];
const paused = await host.submit(pausing);
const ended = await host.submit(ending);
await events.reached(paused, "running");
await events.reached(ended, "running");
// Their starts are written with the next commit, which is over when a later one is.
await host.setPriority(paused, 1);

limitFiles(statSync(`${path}-wal`).size);
const submit = await host.submit(late).then(() => "", codeAndWords);
const pause = await host.pauseJob(paused).then(() => "", codeAndWords);
const rest = await fetch(`${host.url}/jobs/${paused}/pause`, { method: "POST" });
pausing.end(StepResult.continue);
ending.end(StepResult.success);
// Longer than the host waits until it tries again: still nothing may be told.
await delay(2_500);
const toldWhenFull = { paused: host.jobInfo(paused).state, ended: host.jobInfo(ended).state };

limitFiles("unlimited");
await events.reached(paused, "paused");
await events.reached(ended, "succeeded");
const lateId = await host.submit(late);
await events.reached(lateId, "running");
await events.first((event) => event.kind === "logged" && event.text.includes("has taken"));
const logged = events.seen.flatMap((event) => (event.kind === "logged" ? [event.text] : []));
const report: FullDiskReport = {
  refused: { submit, pause, rest: rest.status },
  toldWhenFull,
  toldAfterwards: {
    paused: host.jobInfo(paused).state,
    ended: host.jobInfo(ended).state,
    late: host.jobInfo(lateId).state,
  },
  ids: { paused, ended, late: lateId },
  logged: logged.filter((text) => !text.startsWith("POST ")),
};
// To a pipe: written before this returns.
process.stdout.write(`${JSON.stringify(report)}\n`);
process.kill(process.pid, "SIGKILL");
