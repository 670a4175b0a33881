import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ChildOptions, Command, Line, Told } from "./protocol.ts";

const script = fileURLToPath(new URL("./child.ts", import.meta.url));

/** How a life ended: by itself with a code, or by a signal. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A child process from its start to its end, with all it told and was told. */
export class Life implements AsyncDisposable {
  readonly lines: Line[] = [];
  /** Resolves when the process is gone and everything it had told is in `lines`. */
  readonly ended: Promise<End>;
  readonly #child: ChildProcess;

  /** `hear` is called for each line, before the next one is looked at. */
  constructor(options: ChildOptions, hear: (told: Told, life: Life) => void) {
    const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: "pipe" });
    this.#child = child;
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    // It may be dead already when it is told something; nobody expects an answer then.
    child.stdin.on("error", () => undefined);
    createInterface(child.stdout).on("line", (text) => {
      const told = JSON.parse(text) as Told;
      this.lines.push(told);
      hear(told, this);
    });
    this.ended = once(child, "close").then(() => ({
      code: child.exitCode,
      signal: child.signalCode,
      stderr,
    }));
  }

  send(command: Command): void {
    this.lines.push({ event: "sent", command });
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Asks the child to close its host and end. */
  finish(): void {
    this.#child.stdin?.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.ended;
  }
}
