import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/**
 * Locks the file as soon as nobody else has it, says so, and holds it until it is ended. Asks
 * without a pause, so that no store that has to be started first can be faster.
 */
const source = `
import { DatabaseSync } from "node:sqlite";
const database = new DatabaseSync(process.argv[1], { timeout: 0 });
for (;;) {
  try {
    database.exec("BEGIN EXCLUSIVE");
    break;
  } catch {}
}
console.log("locked");
setInterval(() => {}, 1_000);
`;

/** Another process that wants a database for itself. */
export class LockHolder implements AsyncDisposable {
  /** Resolves when it has it. */
  readonly locked: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(path: string) {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", source, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    this.#ended = once(child, "close");
    this.locked = once(createInterface(child.stdout), "line");
  }

  /** Lets go, as a process that is killed does. */
  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}
