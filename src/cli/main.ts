import { readFileSync } from "node:fs";
import { Command } from "commander";

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
      const { serve } = await import("./serve.ts");
      const code = await serve({
        configFile: flags.config ?? null,
        plugins: flags.plugin ?? [],
        loadJobs: flags.jobs,
        version: packageVersion(),
      });
      // Not exitCode: a step that is left behind must not keep the process.
      process.exit(code);
    });
  // A host runs for months and needs none of them.
  if (argv[2] !== "serve") (await import("./commands.ts")).addCommands(program, packageVersion());
  await program.parseAsync([...argv]);
}

/** From package.json, two folders up both from src/ and from dist/. */
function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
