// What the disk can do: how fast it takes a page of 4 KiB so that a power cut cannot lose it.
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
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
