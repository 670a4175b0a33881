import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const source = fileURLToPath(new URL("./slow-flush.cc", import.meta.url));

/** A disk whose flushes are counted by thread, and slow when they are to be. */
export class SlowDisk {
  /** For the environment of a process that is to have this disk. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #log: string;
  readonly #slow: string;

  private constructor(folder: string, library: string, flushMs: number) {
    this.#log = join(folder, "flushes.txt");
    this.#slow = join(folder, "slow");
    this.environment = {
      LD_PRELOAD: library,
      BATON_FLUSH_LOG: this.#log,
      BATON_FLUSH_SLOW: this.#slow,
      BATON_FLUSH_MS: String(flushMs),
    };
  }

  /** Needs the compiler that the package is built with. */
  static async make(folder: string, flushMs: number): Promise<SlowDisk> {
    const library = join(folder, "slow-flush.so");
    const compiler = process.env["CXX"] ?? "g++";
    await promisify(execFile)(compiler, ["-shared", "-fPIC", "-o", library, source]);
    return new SlowDisk(folder, library, flushMs);
  }

  /** From now on every flush is slow, until `beFast`. */
  beSlow(): Promise<void> {
    return writeFile(this.#slow, "");
  }

  beFast(): Promise<void> {
    return rm(this.#slow, { force: true });
  }

  /** How many flushes the main thread asked for so far, and how many all others. */
  async flushes(): Promise<{ readonly loop: number; readonly other: number }> {
    const lines = (await readFile(this.#log, "utf8")).split("\n");
    const count = (thread: string): number => lines.filter((line) => line === thread).length;
    return { loop: count("loop"), other: count("other") };
  }
}
