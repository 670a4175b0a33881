import type { Command } from "commander";
import { Changes } from "./changes.ts";
import { Client, type Flags } from "./client.ts";
import type { HostEvent } from "./event-lines.ts";
import { isJob, readableTime, type Job } from "./job.ts";
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

/** No more often is a list that is watched read again; milliseconds. */
const everyMs = 1_000;

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
    .option("--watch", "show them anew when one has changed, until Ctrl+C")
    .action((_flags: unknown, command: Command) =>
      run(async () => {
        const flags = command.optsWithGlobals<ListFlags>();
        const client = new Client(flags);
        const path = pathOf(flags);
        if (flags.watch === true) return watch(client, flags);
        process.stdout.write(await listed(client, path, flags));
      }),
    );
}

function filterOf({ state = [], type = [], key = [] }: ListFlags): URLSearchParams {
  const query = new URLSearchParams();
  for (const each of state) query.append("state", each);
  for (const each of type) query.append("type", each);
  for (const each of key) query.append("key", each);
  return query;
}

function pathOf(flags: ListFlags): string {
  const { order, limit } = flags;
  const query = filterOf(flags);
  query.set("expand", "true");
  if (order !== undefined) query.set("order", order);
  if (limit !== undefined) query.set("limit", limit);
  return `/jobs?${String(query)}`;
}

async function listed(client: Client, path: string, flags: Flags): Promise<string> {
  const answer = await client.ask("GET", path);
  const jobs = client.checked(answer, areJobs);
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
  const more = Number(answer.headers.get("x-total") ?? jobs.length) - jobs.length;
  const rest = more > 0 ? `${more} more; ask for them with --limit.\n` : "";
  return table(heading, rows, process.stdout.columns) + rest;
}

const areJobs = (json: unknown): json is readonly Job[] =>
  Array.isArray(json) && json.every((each) => isJob(each));

async function watch(client: Client, flags: ListFlags): Promise<void> {
  const { createLogUpdate } = await import("log-update");
  const update = createLogUpdate(process.stdout);
  const path = `/events?${String(filterOf(flags))}`;
  await using changes = new Changes(client, path, { isMine: hasNews, everyMs });
  for (;;) {
    await changes.next();
    const text = await listed(client, pathOf(flags), flags);
    if (process.stdout.isTTY) update(text);
    else process.stdout.write(text);
  }
}

/** A frame that has jobs, or says that some are gone. */
function hasNews({ event, data }: HostEvent): boolean {
  const { Jobs = [], Gone = [] } = (data ?? {}) as Partial<Record<"Jobs" | "Gone", unknown[]>>;
  return event === "reset" || Jobs.length + Gone.length > 0;
}
