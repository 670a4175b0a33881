import type { FileHandle } from "node:fs/promises";

/** The bytes of an encoded data set, wherever they are. */
export interface DataSet {
  /** In bytes. */
  readonly size: number;
  /** Fills `views` from `position` on; answers how many bytes there were. */
  read(views: readonly Uint8Array[], position: number): Promise<number>;
}

/** What stands in a file from `offset` on. The handle stays the caller's, and open until all is sent. */
export function dataSetInFile(file: FileHandle, offset: number, size: number): DataSet {
  return {
    size,
    read: async (views, position) => (await file.readv(views, offset + position)).bytesRead,
  };
}

/** What stands in memory. */
export function dataSetInMemory(bytes: Uint8Array): DataSet {
  return {
    size: bytes.length,
    read: async (views, position) => {
      let at = position;
      for (const view of views) {
        view.set(bytes.subarray(at, at + view.length));
        at += view.length;
      }
      return Math.min(at, bytes.length) - position;
    },
  };
}
