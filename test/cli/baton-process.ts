import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const command = fileURLToPath(new URL("../../src/cli/baton.ts", import.meta.url));

/** A folder that is gone after the test; `write` answers the path of what it wrote. */
export interface TestFolder extends AsyncDisposable {
  readonly path: string;
  write(name: string, content: string | object): Promise<string>;
}

export async function testFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), "baton-cli-"));
  return {
    path,
    async write(name, content) {
      const file = join(path, name);
      await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
      return file;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** The command as a process of its own, run from source. Ended when the test is over. */
export class BatonProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #lines: { readonly stdout: Lines; readonly stderr: Lines };

  constructor(...args: readonly string[]) {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#exit = once(child, "close");
    this.#lines = { stdout: new Lines(child.stdout), stderr: new Lines(child.stderr) };
  }

  /** All lines of a stream so far. */
  lines(stream: "stdout" | "stderr"): readonly string[] {
    return this.#lines[stream].seen;
  }

  /** Resolves with the first line that matches, once it is there. */
  line(stream: "stdout" | "stderr", pattern: RegExp): Promise<string> {
    return this.#lines[stream].first(pattern);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the exit code when the process is gone and its output read. */
  async exit(): Promise<number | null> {
    await this.#exit;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }
}

class Lines {
  readonly seen: string[] = [];
  readonly #reader: Interface;

  constructor(stream: NodeJS.ReadableStream) {
    this.#reader = createInterface(stream);
    this.#reader.on("line", (line) => this.seen.push(line));
  }

  first(pattern: RegExp): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = (line: string): void => {
      if (pattern.test(line)) resolve(line);
    };
    this.seen.forEach(look);
    this.#reader.on("line", look);
    this.#reader.on("close", () =>
      reject(new Error(`no line matches ${pattern}; there were:\n${this.seen.join("\n")}`)),
    );
    return promise;
  }
}
