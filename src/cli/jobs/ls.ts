import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { Client, type Flags } from "./client.ts";
import { readableTime, type Job } from "./job.ts";
import { run, told } from "./run.ts";
import { bar, table } from "./table.ts";

interface ListFlags extends Flags {
  readonly state?: readonly string[];
  readonly type?: readonly string[];
  readonly key?: readonly string[];
  readonly order?: string;
  readonly limit?: string;
  readonly watch?: boolean;
}

/** So often a list that is watched is read again; milliseconds. */
const againMs = 1_000;

export function addLs(jobs: Command): void {
  jobs
    .command("ls")
    .description("list jobs")
    .option("--state <state...>", "only jobs in these states: Pending, Running, Failure …")
    .option("--type <type...>", "only jobs of these types")
    .option("--key <key...>", "only jobs of these keys")
    .option(
      "--order <order>",
      "submitted, changed or priority; with - before it the other way round",
    )
    .option("--limit <number>", "at most so many", "100")
    .option("--watch", "show them anew each second, until Ctrl+C")
    .action((_flags: unknown, command: Command) =>
      run(async () => {
        const flags = command.optsWithGlobals<ListFlags>();
        const client = new Client(flags);
        const path = pathOf(flags);
        if (flags.watch === true) return watch(client, path, flags);
        process.stdout.write(await listed(client, path, flags));
      }),
    );
}

function pathOf({ state = [], type = [], key = [], order, limit }: ListFlags): string {
  const query = new URLSearchParams({ expand: "true" });
  for (const each of state) query.append("state", each);
  for (const each of type) query.append("type", each);
  for (const each of key) query.append("key", each);
  if (order !== undefined) query.set("order", order);
  if (limit !== undefined) query.set("limit", limit);
  return `/jobs?${String(query)}`;
}

async function listed(client: Client, path: string, flags: Flags): Promise<string> {
  const { json, headers } = await client.ask("GET", path);
  const jobs = json as readonly Job[];
  if (flags.json === true) return told(jobs);
  const rows = jobs.map((job) => [
    job.ID,
    job.State,
    bar(job.Progress),
    String(job.Priority),
    readableTime(job.CreationTime),
    job.Type,
    job.BatonError?.Message ?? "",
  ]);
  const heading = ["ID", "STATE", "PROGRESS", "PRIORITY", "SUBMITTED", "TYPE", "ERROR"];
  const more = Number(headers.get("x-total") ?? jobs.length) - jobs.length;
  const rest = more > 0 ? `${more} more; ask for them with --limit.\n` : "";
  return table(heading, rows, process.stdout.columns) + rest;
}

async function watch(client: Client, path: string, flags: Flags): Promise<void> {
  const { createLogUpdate } = await import("log-update");
  const update = createLogUpdate(process.stdout);
  for (;;) {
    const text = await listed(client, path, flags);
    if (process.stdout.isTTY) update(text);
    else process.stdout.write(text);
    await sleep(againMs);
  }
}
