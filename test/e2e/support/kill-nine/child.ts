/** The host that is killed: tells every event in a line, does what it is told in lines. */
import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import { definePlugin, openHost, type JobHost, type Observer } from "../../../../src/index.ts";
import { LoggedJob, StepLog, type LoggedState } from "./logged-job.ts";
import {
  databaseFile,
  logFile,
  writeAheadLog,
  type ChildOptions,
  type Command,
  type Told,
} from "./protocol.ts";
import { openSabotagedHost } from "./sabotaged-host.ts";

/** A retryable failure is tried again this much later; milliseconds. */
const backoffMs = 120;

const options = JSON.parse(process.argv[2] ?? "") as ChildOptions;
const { folder, life, durability, sabotage, known } = options;

/** Writes to a pipe are synchronous: the parent has the line even if this process dies next. */
const tell = (told: Told): void => void process.stdout.write(`${JSON.stringify(told)}\n`);

/** Merely to look at its size touches no lock of the database. */
const logBytes = (): number =>
  statSync(writeAheadLog(folder), { throwIfNoEntry: false })?.size ?? 0;

const log = await StepLog.open(logFile(folder, life), (entry) =>
  tell({ event: "stepped", ...entry }),
);

const started = Promise.withResolvers<JobHost>();
const plugin = definePlugin({
  name: "logged",
  version: "1.0.0",
  start(own) {
    own.registerJob("logged", (state) => new LoggedJob(log, state as unknown as LoggedState));
    tell({ event: "reloaded", jobs: Object.fromEntries(known.map((id) => [id, find(own, id)])) });
    started.resolve(own);
  },
});
const observer: Observer = (event) => {
  if (event.kind !== "changed") return;
  tell({ event: "changed", from: event.from, job: event.job, logBytes: logBytes() });
};
const path = databaseFile(folder);
const host =
  sabotage === null
    ? await openHost({
        store: { kind: "sqlite", path, durability },
        concurrentJobs: 2,
        historySize: 1_000,
        plugins: [plugin],
        observer,
      })
    : await openSabotagedHost({ path, durability, sabotage, slots: 2, plugin, observer });
const own = await started.promise;
tell({ event: "opened", jobs: host.jobs() });

// Not awaited one by one: what the parent sends at once is asked at once.
for await (const line of createInterface(process.stdin)) void obey(JSON.parse(line) as Command);
await host.close();

/** A submit that is refused ends this process: nothing of the story could follow. */
async function obey(command: Command): Promise<void> {
  const { number } = command;
  if (command.kind === "submit") {
    const id = await submit(command);
    tell({ event: "answered", number, id, isDone: true, at: Date.now(), logBytes: logBytes() });
    return;
  }
  const { id } = command;
  const isDone = await act(command).then(
    () => true,
    () => false,
  );
  tell({ event: "answered", number, id, isDone, at: Date.now(), logBytes: logBytes() });
}

function submit({
  plan,
  priority,
}: Extract<Command, { readonly kind: "submit" }>): Promise<string> {
  const backoff = { firstDelayMs: backoffMs };
  return own.submit(new LoggedJob(log, { plan, done: 0 }), { priority, maxAttempts: 3, backoff });
}

function act({ kind, id }: Exclude<Command, { readonly kind: "submit" }>): Promise<void> {
  switch (kind) {
    case "pause":
      return own.pauseJob(id);
    case "resume":
      return own.resumeJob(id);
    case "cancel":
      return own.cancelJob(id);
  }
}

function find(jobs: JobHost, id: string): ReturnType<JobHost["jobInfo"]> | null {
  try {
    return jobs.jobInfo(id);
  } catch {
    // It is not there: that is the answer.
    return null;
  }
}
