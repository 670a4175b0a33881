import { CommandError } from "./client.ts";

/** Does what a command is there for; what it is refused it says in one sentence, and with its exit code. */
export async function run(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

/** What programs read. */
export const told = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
