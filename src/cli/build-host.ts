import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";

/** The command `build-host`. */
export function addBuildHost(program: Command): void {
  program
    .command("build-host")
    .description("build the host addon from source, where no prebuilt one fits")
    .action(async () => {
      process.exitCode = await buildHost();
    });
}

/**
 * Builds the host addon out of the sources that the package brings, for a platform that it has no
 * prebuilt one for. Resolves with the exit code; what went wrong is on stderr by then.
 */
async function buildHost(): Promise<number> {
  // Two folders up both from src/ and from dist/.
  const tool = fileURLToPath(new URL("../../tools/build-addon.mjs", import.meta.url));
  process.stdout.write("Building the host addon; this takes about a minute …\n");
  const child = spawn(process.execPath, [tool], { stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) process.stdout.write("The host addon is built.\n");
  return code ?? 1;
}
