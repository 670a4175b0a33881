import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { Client, jobPath, type Flags } from "./client.ts";
import { isOver, readableTime, type Job } from "./job.ts";
import { run } from "./run.ts";

interface Line {
  readonly Number: number;
  readonly Time: string;
  readonly Level: string;
  readonly Text: string;
}

/** So often a log that is followed is read again; milliseconds. */
const againMs = 300;

export function addLogs(jobs: Command): void {
  jobs
    .command("logs <id>")
    .description("print what a job has logged")
    .option("-f, --follow", "go on until the job has ended")
    .action((id: string, _flags: unknown, command: Command) =>
      run(async () => {
        const flags = command.optsWithGlobals<Flags & { readonly follow?: boolean }>();
        const client = new Client(flags);
        let since = 0;
        for (;;) {
          // Asked first: what is logged until then is in the lines.
          const job = await client.get<Job>(jobPath(id));
          const lines = await client.get<readonly Line[]>(`${jobPath(id)}/logs?since=${since}`);
          for (const line of lines) process.stdout.write(textOf(line, flags));
          since = lines.at(-1)?.Number ?? since;
          if (flags.follow !== true || isOver(job)) return;
          await sleep(againMs);
        }
      }),
    );
}

function textOf(line: Line, { json }: Flags): string {
  if (json === true) return `${JSON.stringify(line)}\n`;
  return `${readableTime(line.Time)} ${line.Level.padEnd(7)} ${plain(line.Text)}\n`;
}

/** Without what a terminal would obey. */
const plain = (text: string): string => text.replaceAll(/\p{Cc}/gu, " ");
