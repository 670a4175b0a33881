import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { jsonText, plain } from "../plain-text.ts";
import { Client, HostRefusal, jobPath, type Flags } from "./client.ts";
import type { HostEvent } from "./event-lines.ts";
import { follow } from "./follow.ts";
import { isJob, isOver, readableTime } from "./job.ts";
import { run } from "./run.ts";

interface Line {
  readonly Number: number;
  readonly Time: string;
  readonly Level: string;
  readonly Text: string;
}

/** So often a log that is followed is read again, of a host that tells nobody; milliseconds. */
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
        const log = new JobLog(client, id, flags);
        if (flags.follow !== true) return log.read();
        if (!(await log.listen().catch(orPoll))) await log.poll();
      }),
    );
}

/** A host without such streams, or without the job: whoever asks for that hears it. */
function orPoll(error: unknown): false {
  if (error instanceof HostRefusal && error.status === 404) return false;
  throw error;
}

/** The log of one job on its way to the standard output. */
class JobLog {
  readonly #client: Client;
  readonly #id: string;
  readonly #flags: Flags;
  /** The number of the last line that was printed. */
  #since = 0;

  constructor(client: Client, id: string, flags: Flags) {
    this.#client = client;
    this.#id = id;
    this.#flags = flags;
  }

  /** Prints what there is. */
  async read(): Promise<void> {
    const path = `${jobPath(this.#id)}/logs?since=${this.#since}`;
    for (const line of await this.#client.get(path, areLines)) this.#print(line);
  }

  /** Prints lines as they are told, until the job has ended. False: the host tells nobody. */
  async listen(): Promise<boolean> {
    for await (const event of follow(this.#client, `${jobPath(this.#id)}/events`)) {
      if (event.event === "connected") continue;
      const { event: kind, data } = event as HostEvent;
      // After a restart of the host its log begins anew.
      if (kind === "reset") this.#since = 0;
      else if (kind === "log" && isLine(data)) this.#print(data);
      else if (kind === "gone") return true;
      else if (kind === "job" && isJob(data) && isOver(data)) {
        // What it logged until then may be behind this.
        await this.read();
        return true;
      }
    }
    return false;
  }

  /** The same by asking now and then. */
  async poll(): Promise<void> {
    for (;;) {
      // Asked first: what is logged until then is in the lines.
      const job = await this.#client.get(jobPath(this.#id), isJob);
      await this.read();
      if (isOver(job)) return;
      await sleep(againMs);
    }
  }

  #print(line: Line): void {
    if (line.Number <= this.#since) return;
    this.#since = line.Number;
    process.stdout.write(textOf(line, this.#flags));
  }
}

function textOf(line: Line, { json }: Flags): string {
  if (json === true) return `${jsonText(line)}\n`;
  return `${plain(readableTime(line.Time))} ${plain(line.Level).padEnd(7)} ${plain(line.Text)}\n`;
}

function areLines(json: unknown): json is readonly Line[] {
  return Array.isArray(json) && json.every((line) => isLine(line));
}

function isLine(json: unknown): json is Line {
  const { Number: number, ...line } = (json ?? {}) as Partial<Line>;
  return typeof number === "number" && texts.every((name) => typeof line[name] === "string");
}

const texts = ["Time", "Level", "Text"] as const;
