import { read } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { RandomAccessReader } from "yauzl";
import { PackedBroken } from "./packed.ts";

/** So much of a packed file is read at once, in bytes. */
const chunkSize = 65_536;

/**
 * What yauzl reads an archive of `size` bytes through, which stands in `file` and stays open. An archive says
 * where its parts stand in numbers of eight bytes: one that points past its end is told as damage. The reader
 * that yauzl brings hands it to `read`, which throws over it where nobody can catch it, and the process ends.
 */
export class ArchiveReader extends RandomAccessReader {
  readonly #file: FileHandle;
  readonly #size: number;

  constructor(file: FileHandle, size: number) {
    super();
    this.#file = file;
    this.#size = size;
  }

  /** Calls back with {PackedBroken}, or what the system says. */
  override read(
    ...[buffer, offset, length, position, done]: Parameters<RandomAccessReader["read"]>
  ): void {
    if (position + length > this.#size) {
      done(new PackedBroken("The archive points to what it does not have."));
      return;
    }
    read(this.#file.fd, buffer, offset, length, position, (error, bytesRead) => {
      if (error !== null || bytesRead === length) done(error);
      else done(new PackedBroken("The archive is cut off."));
    });
  }

  /** From `start` up to `end`, which yauzl has seen to be within the archive. */
  override createReadStream({ start, end }: { start: number; end: number }): Readable {
    return Readable.from(this.#chunks(start, end), { objectMode: false, highWaterMark: chunkSize });
  }

  async *#chunks(start: number, end: number): AsyncGenerator<Buffer, void, void> {
    for (let at = start; at < end;) {
      const wanted = Math.min(chunkSize, end - at);
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(wanted), 0, wanted, at);
      if (bytesRead === 0) throw new PackedBroken("The archive is cut off.");
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
}
