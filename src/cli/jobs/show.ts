import type { Command } from "commander";
import { Client, jobPath, type Flags } from "./client.ts";
import { readableTime, type Job } from "./job.ts";
import { run, told } from "./run.ts";
import { table } from "./table.ts";

export function addShow(jobs: Command): void {
  jobs
    .command("show <id>")
    .description("show all that is known of a job")
    .action((id: string, _flags: unknown, command: Command) =>
      run(async () => {
        const flags = command.optsWithGlobals<Flags>();
        const job = await new Client(flags).get<Job>(jobPath(id));
        process.stdout.write(flags.json === true ? told(job) : fieldsOf(job));
      }),
    );
}

function fieldsOf(job: Job): string {
  const rows = Object.entries(job).map(([name, value]: readonly [string, unknown]) => [
    name,
    textOf(name, value),
  ]);
  return table(["FIELD", "VALUE"], rows, process.stdout.columns);
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /Time/.test(name) ? readableTime(value) : value;
}
