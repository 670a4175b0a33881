import { spawn } from "node:child_process";
import { once } from "node:events";

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly complaints: string;
}

/**
 * Runs a module given as text in a process of its own, and waits for its end.
 * `onOutput` sees what it wrote so far; answering "kill" ends it with SIGKILL.
 */
export async function runScript(
  source: string,
  onOutput: (output: string) => "kill" | "go on" = () => "go on",
): Promise<Ended> {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", source], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, complaints] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (onOutput(output) === "kill") child.kill("SIGKILL");
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  await once(child, "close");
  return { code: child.exitCode, signal: child.signalCode, output, complaints };
}

/** The URL of a module of this project, for an import in such a text. */
export function moduleUrl(path: string): string {
  return JSON.stringify(new URL(`../../../${path}`, import.meta.url).href);
}
