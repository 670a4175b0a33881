import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addAccounts } from "./accounts.ts";
import { addBackup } from "./backup.ts";
import { addBuildHost } from "./build-host.ts";
import { addCompletion } from "./completion.ts";
import { addJobs } from "./jobs/register.ts";
import { addNew } from "./new.ts";
import { serve } from "./serve.ts";
import { validate, type ValidateFlags } from "./validate.ts";

interface ServeFlags {
  readonly config?: string;
  readonly plugin?: readonly string[];
  /** commander's name for what `--no-jobs` sets to false. */
  readonly jobs: boolean;
}

/** Runs the command line. Resolves when the command is done; the exit code is set by then. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("baton")
    .description("A job engine whose plugins speak one small C ABI")
    .version(packageVersion());
  program
    .command("serve")
    .description("run a host until SIGTERM or SIGINT")
    .option("--config <file>", "JSON with Orthanc's names (docs/configuration.md)")
    .option("--plugin <path...>", "plugins besides those of the configuration: files or folders")
    .option("--no-jobs", "do not read the saved jobs back")
    .action(async (flags: ServeFlags) => {
      const code = await serve({
        configFile: flags.config ?? null,
        plugins: flags.plugin ?? [],
        loadJobs: flags.jobs,
        version: packageVersion(),
      });
      // Not exitCode: a step that is left behind must not keep the process.
      process.exit(code);
    });
  addJobs(program);
  addBackup(program);
  addAccounts(program);
  addNew(program, packageVersion());
  addBuildHost(program);
  addValidate(program);
  addCompletion(program);
  await program.parseAsync([...argv]);
}

function addValidate(program: Command): void {
  program
    .command("validate <plugin>")
    .description("try a native plugin against the contract (docs/validating-a-plugin.md)")
    .option("--request <request>", "a request that makes a job; may be repeated", append, [])
    .option("--settings <file>", "JSON with the settings of plugins, by their names")
    .option("--seed <number>", "repeat what is random")
    .option("--timeout <seconds>", "how long each case may take", "60")
    .option("--json", "one JSON object instead of lines")
    .option("--reproduce <case>", "only this case, in this process, for a debugger")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(async (plugin: string, flags: ValidateFlags) => {
      // Not exitCode: what a plugin left behind must not keep the process.
      process.exit(await validate(plugin, flags));
    });
}

const append = (value: string, others: readonly string[]): readonly string[] => [...others, value];

/** From package.json, two folders up both from src/ and from dist/. */
function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
