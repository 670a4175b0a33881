import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { renderTree, type Snapshot } from "../../progress.ts";
import { Client, CommandError, exitCodes, jobPath, type Flags } from "./client.ts";
import { isOver, type Job } from "./job.ts";
import { run, told } from "./run.ts";

/** So often jobs that are watched are asked; milliseconds. */
const againMs = 250;

/** What a moment of all jobs is. */
interface Seen {
  readonly job: Job;
  readonly tree: Snapshot;
}

export function addWatch(jobs: Command): void {
  jobs
    .command("watch <id...>")
    .description("show how jobs and their parts get on, until all have ended")
    .action((ids: readonly string[], _flags: unknown, command: Command) =>
      run(() => {
        const flags = command.optsWithGlobals<Flags>();
        return watchJobs(new Client(flags), ids, flags);
      }),
    );
}

/** Resolves when all have ended. @throws {CommandError} one of them failed */
export async function watchJobs(
  client: Client,
  ids: readonly string[],
  flags: Flags,
): Promise<void> {
  const display = await displayFor(flags);
  for (;;) {
    const seen = await Promise.all(ids.map((id) => look(client, id)));
    display.show(seen);
    if (seen.every(({ job }) => isOver(job))) {
      display.close(seen);
      const failed = seen.find(({ job }) => job.State === "Failure")?.job;
      if (failed === undefined) return;
      const why = failed.BatonError?.Message ?? failed.ErrorDetails;
      throw new CommandError(exitCodes.refused, `The job ${failed.ID} failed: ${why}`);
    }
    await sleep(againMs);
  }
}

async function look(client: Client, id: string): Promise<Seen> {
  // The tree first: a job that has ended then is at its end there, too.
  const tree = await client.get<Snapshot>(`${jobPath(id)}/progress`);
  return { job: await client.get<Job>(jobPath(id)), tree };
}

interface Display {
  show(seen: readonly Seen[]): void;
  close(seen: readonly Seen[]): void;
}

async function displayFor({ json }: Flags): Promise<Display> {
  if (json === true) {
    return {
      show: () => undefined,
      close: (seen) => process.stdout.write(told(seen.map(({ job }) => job))),
    };
  }
  if (!process.stdout.isTTY) return lines();
  const { createLogUpdate } = await import("log-update");
  const update = createLogUpdate(process.stdout);
  return {
    show(seen) {
      const { columns, rows } = process.stdout;
      const each = Math.max(2, Math.floor((rows - 1) / seen.length));
      update(
        seen.map(({ tree }) => renderTree(tree, { columns, rows: each, color: true })).join("\n"),
      );
    },
    close: () => update.done(),
  };
}

/** A line for each change of a state, and each tenth of the way. */
function lines(): Display {
  const before = new Map<string, string>();
  return {
    show(seen) {
      for (const { job } of seen) {
        const line = `${job.ID}: ${job.State}, ${Math.floor(job.Progress / 10) * 10} %`;
        if (before.get(job.ID) !== line) process.stdout.write(`${line}\n`);
        before.set(job.ID, line);
      }
    },
    close: () => undefined,
  };
}
