import type { FileHandle } from "node:fs/promises";
import { DataSetCut } from "../dicom/data-blocks.ts";
import { dataSetInFile, type DataSet } from "../dicom/data-set.ts";
import type { Item } from "../queue/item.ts";
import type { Spool } from "../spool/spool.ts";
import type { Batch } from "./batch.ts";
import { localFailure } from "./local-failure.ts";
import type { Tried } from "./sender.ts";

/** A file of the spool that is open, whole, for one item. */
export interface SpooledPart {
  readonly item: Item;
  readonly data: DataSet;
}

/** The files of a batch. Those that cannot be read are known before the network is touched. */
export class SpooledParts implements AsyncDisposable {
  readonly ready: SpooledPart[] = [];
  readonly unreadable: Tried[] = [];
  readonly #files: FileHandle[] = [];

  private constructor() {}

  /** Never throws. Dispose of it when all is sent. */
  static async open(spool: Spool, batch: Batch): Promise<SpooledParts> {
    const parts = new SpooledParts();
    for (const item of batch) await parts.#add(spool, item);
    return parts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }

  async #add(spool: Spool, item: Item): Promise<void> {
    const { hash, offset, size } = item.instance;
    try {
      const file = await spool.open(hash);
      this.#files.push(file);
      const { size: actual } = await file.stat();
      if (actual !== offset + size) throw new DataSetCut(`The file has ${actual} bytes.`);
      this.ready.push({ item, data: dataSetInFile(file, 0, actual) });
    } catch (error) {
      this.unreadable.push({ item, verdict: { kind: "failed", failure: localFailure(error) } });
    }
  }
}
