import type { FileHandle } from "node:fs/promises";
import { dataSetInFile, dataSetInMemory, type DataSet } from "../dicom/data-set.ts";
import type { QueuedInstance } from "../queue/item.ts";
import type { Spool } from "../spool/spool.ts";

/** An instance out of the spool: a small one in memory, a large one in its file, or what was wrong with it. */
export interface Fetched {
  /** @throws what opening and reading threw */
  data(): DataSet;
  /** Call it once, whether it was sent or not. */
  close(): void;
}

/** As much is read before its turn comes; bytes. */
export const smallSize = 524_288;

/** Never throws. */
export async function fetchInstance(
  spool: Spool,
  { hash, offset, size }: Pick<QueuedInstance, "hash" | "offset" | "size">,
): Promise<Fetched> {
  try {
    const file = await spool.open(hash);
    if (size > smallSize) {
      return { data: () => dataSetInFile(file, offset, size), close: () => closeFile(file) };
    }
    const bytes = await readSmall(file, offset, size);
    // One that has become shorter ends where it ends, and is found there.
    const data = { ...dataSetInMemory(bytes), size };
    return { data: () => data, close: () => {} };
  } catch (error) {
    return {
      data: () => {
        throw error;
      },
      close: () => {},
    };
  }
}

async function readSmall(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  try {
    const bytes = Buffer.allocUnsafe(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(bytes, length, size - length, offset + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    closeFile(file);
  }
}

/** Nobody has to wait for that. */
const closeFile = (file: FileHandle): void => void file.close().catch(() => {});
