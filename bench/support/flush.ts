// What the disk can do: how fast it takes a page of 4 KiB so that a power cut cannot lose it.
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Instrument } from "./compare.ts";
import type { Scratch } from "./scratch.ts";

const page = Buffer.alloc(4_096, 1);
/** Written over and over, as SQLite does with its log: a file that grows is slower to flush. */
const pages = 1_024;

/** A file in the scratch folder to flush. */
export class FlushedFile implements Disposable {
  readonly #file: number;
  #at = 0;

  constructor({ folder }: Scratch) {
    this.#file = openSync(join(folder, "flushed"), "w");
    for (let at = 0; at < pages; at++) this.#write();
    fdatasyncSync(this.#file);
  }

  /** Writes a page and flushes it; answers how many milliseconds that took. */
  flush(): number {
    const began = performance.now();
    this.#write();
    fdatasyncSync(this.#file);
    return performance.now() - began;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #write(): void {
    writeSync(this.#file, page, 0, page.length, this.#at * page.length);
    this.#at = (this.#at + 1) % pages;
  }
}

/** How often the disk is asked before and after, and how long it rests in between; milliseconds. */
const samples = 50;
const restMs = 2;

/**
 * The same work with flushes before and after it: what a disk can do changes from minute to minute.
 * `name` is given what `rateOf` makes of the median flush, in milliseconds.
 */
export const besideFlushes =
  (file: FlushedFile, work: Instrument, name: string, rateOf: (flushMs: number) => number) =>
  async (n: number): ReturnType<Instrument> => {
    const before = await flushes(file);
    const rates = await work(n);
    const all = [...before, ...(await flushes(file))].toSorted((a, b) => a - b);
    return { ...rates, [name]: rateOf(all[samples] ?? Number.NaN) };
  };

async function flushes(file: FlushedFile): Promise<readonly number[]> {
  const took: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    // One at a time: the disk is to be idle.
    await setTimeout(restMs);
    took.push(file.flush());
  }
  return took;
}
