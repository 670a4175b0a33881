// The process in which the clients of the REST benchmarks run (rest-client.ts).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Unable } from "./compare.ts";

/** The process with the clients. */
export interface Client extends AsyncDisposable {
  /** What it answers to a line. @throws {Unable} it died. */
  ask(line: string): Promise<string>;
}

export function startClient(): Client {
  const file = fileURLToPath(new URL("rest-client.ts", import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const answer = await answers.next();
      if (answer.done !== true) return answer.value;
      throw new Unable(`the clients ended early at: ${line}`);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.kill();
      await exited;
    },
  };
}
