import type { Command } from "commander";
import { Client, CommandError, exitCodes, jobPath, type Flags } from "./client.ts";
import { run, told } from "./run.ts";

const actions = {
  pause: "hold jobs: at once if they wait, after their step if they run",
  resume: "let paused jobs go on",
  cancel: "end jobs as failed",
  resubmit: "run failed jobs anew, from the start",
} as const;

/** The commands that change jobs, each for several ids. */
export function addActions(jobs: Command): void {
  for (const [name, description] of Object.entries(actions)) {
    jobs
      .command(`${name} <id...>`)
      .description(description)
      .action((ids: readonly string[], _flags: unknown, command: Command) =>
        run(() =>
          each(ids, flagsOf(command), (client, id) => client.ask("POST", `${jobPath(id)}/${name}`)),
        ),
      );
  }
  jobs
    .command("delete <id...>")
    .description("forget finished jobs")
    .action((ids: readonly string[], _flags: unknown, command: Command) =>
      run(() => each(ids, flagsOf(command), (client, id) => client.ask("DELETE", jobPath(id)))),
    );
  jobs
    .command("priority <id> <priority>")
    .description("give a job another priority; higher runs first (a negative one after --)")
    .action((id: string, text: string, _flags: unknown, command: Command) =>
      run(() => {
        const priority = readPriority(text);
        return each([id], flagsOf(command), (client) =>
          client.ask("PUT", `${jobPath(id)}/priority`, priority),
        );
      }),
    );
}

const flagsOf = (command: Command): Flags => command.optsWithGlobals<Flags>();

function readPriority(text: string): number {
  if (/^-?\d{1,10}$/.test(text)) return Number(text);
  throw new CommandError(exitCodes.usage, `"${text}" is no whole number.`);
}

/** All of them, also if one is refused; then the command fails as the first that was. */
async function each(
  ids: readonly string[],
  flags: Flags,
  act: (client: Client, id: string) => Promise<unknown>,
): Promise<void> {
  const client = new Client(flags);
  const outcomes: { readonly ID: string; readonly Refused: string | null }[] = [];
  let first: CommandError | null = null;
  for (const id of ids) {
    try {
      await act(client, id);
      outcomes.push({ ID: id, Refused: null });
    } catch (error) {
      if (!(error instanceof CommandError) || error.exitCode === exitCodes.unreachable) throw error;
      first ??= error;
      outcomes.push({ ID: id, Refused: error.message });
    }
  }
  if (flags.json === true) process.stdout.write(told(outcomes));
  if (first !== null) throw first;
}
