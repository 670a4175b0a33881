import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { Command } from "commander";
import { Client, CommandError, exitCodes, type Flags } from "./client.ts";
import { run, told } from "./run.ts";
import { watchJobs } from "./watch.ts";

interface SubmitFlags extends Flags {
  readonly content?: string;
  readonly priority?: string;
  readonly key?: string;
  readonly watch?: boolean;
}

export function addSubmit(jobs: Command): void {
  jobs
    .command("submit <type>")
    .description("make a job of a type that can be made from its content; prints its id")
    .option("--content <json>", "its content: JSON, @file, or - for the standard input", "{}")
    .option("--priority <number>", "higher runs first")
    .option("--key <key>", "jobs of one key share a limit")
    .option("--watch", "show how it gets on, until it has ended")
    .action((type: string, _flags: unknown, command: Command) =>
      run(async () => {
        const flags = command.optsWithGlobals<SubmitFlags>();
        const client = new Client(flags);
        const body = {
          Type: type,
          Content: await readContent(flags.content ?? "{}"),
          ...(flags.priority !== undefined && { Priority: Number(flags.priority) }),
          ...(flags.key !== undefined && { Key: flags.key }),
        };
        const { json } = await client.ask("POST", "/jobs", body);
        const { ID: id } = json as { readonly ID: string };
        if (flags.watch === true) return watchJobs(client, [id], flags);
        process.stdout.write(flags.json === true ? told(json) : `${id}\n`);
      }),
    );
}

async function readContent(given: string): Promise<unknown> {
  const text = await readText(given);
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(exitCodes.usage, "The content is not JSON.");
  }
}

async function readText(given: string): Promise<string> {
  if (given === "-") return readAll(process.stdin);
  if (!given.startsWith("@")) return given;
  try {
    return await readFile(given.slice(1), "utf8");
  } catch {
    throw new CommandError(exitCodes.usage, `The file ${given.slice(1)} cannot be read.`);
  }
}
