import type { Command } from "commander";
import { renderTree } from "../../progress.ts";
import { plain } from "../plain-text.ts";
import { Changes } from "./changes.ts";
import { Client, CommandError, exitCodes, jobPath, type Flags } from "./client.ts";
import type { HostEvent } from "./event-lines.ts";
import { isOver } from "./job.ts";
import { Lookout, type Seen } from "./look.ts";
import { run, told } from "./run.ts";

/** No more often are jobs that are watched asked; milliseconds. */
const everyMs = 250;

export function addWatch(jobs: Command): void {
  jobs
    .command("watch <id...>")
    .description("show how jobs and their parts get on, until all have ended")
    .action((ids: readonly string[], _flags: unknown, command: Command) =>
      run(() => {
        const flags = command.optsWithGlobals<Flags>();
        return watchJobs(new Lookout(new Client(flags), ids, []), flags);
      }),
    );
}

/** Resolves when all have ended. @throws {CommandError} one of them failed */
export async function watchJobs(lookout: Lookout, flags: Flags): Promise<void> {
  const display = await displayFor(flags);
  await using changes = changesOf(lookout);
  for (;;) {
    await changes.next();
    const seen = await lookout.look();
    display.show(seen);
    if (seen.every(({ job }) => isOver(job))) {
      display.close(seen);
      for (const id of lookout.gone) process.stderr.write(farewell(id));
      const failed = seen.find(({ job }) => job.State === "Failure")?.job;
      if (failed === undefined) return;
      const why = failed.BatonError?.Message ?? failed.ErrorDetails;
      throw new CommandError(exitCodes.refused, `The job ${failed.ID} failed: ${why}`);
    }
  }
}

/** Of one job its own stream tells, of its parts too; of several the stream of all. */
function changesOf({ client, ids }: Lookout): Changes {
  const [only] = ids;
  if (only !== undefined && ids.length === 1) {
    return new Changes(client, `${jobPath(only)}/events`, { isMine: () => true, everyMs });
  }
  const known = new Set(ids);
  const isMine = ({ event, data }: HostEvent): boolean => {
    const { Jobs = [], Gone = [] } = (data ?? {}) as {
      readonly Jobs?: readonly { readonly ID: string }[];
      readonly Gone?: readonly string[];
    };
    return event === "reset" || [...Jobs.map(({ ID }) => ID), ...Gone].some((id) => known.has(id));
  };
  return new Changes(client, "/events", { isMine, everyMs });
}

const farewell = (id: string): string =>
  `The job ${plain(id)} has ended, and has left the history since.\n`;

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
      const each = Math.max(2, Math.floor((rows - 1) / Math.max(1, seen.length)));
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
        if (before.get(job.ID) !== line) process.stdout.write(`${plain(line)}\n`);
        before.set(job.ID, line);
      }
    },
    close: () => undefined,
  };
}
