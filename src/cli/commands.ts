import type { Command } from "commander";
import { addAccounts } from "./accounts.ts";
import { addBackup } from "./backup.ts";
import { addBuildHost } from "./build-host.ts";
import { addCompletion } from "./completion.ts";
import { addJobs } from "./jobs/register.ts";
import { addNew } from "./new.ts";
import { validate, type ValidateFlags } from "./validate.ts";

/** Every command but `serve`. */
export function addCommands(program: Command, version: string): void {
  addJobs(program);
  addBackup(program);
  addAccounts(program);
  addNew(program, version);
  addBuildHost(program);
  addValidate(program);
  addCompletion(program);
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
