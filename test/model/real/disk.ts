import { copyFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MemoryStore } from "../../../src/adapters/stores/memory-store.ts";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import type { JobStore } from "../../../src/ports/job-store.ts";
import { temporaryFolder } from "../../adapters/stores/temporary-folder.ts";
import { storeInProcess } from "./store-in-process.ts";
import { StoreDouble } from "../../support/store-double.ts";

/** `sqlite`: without its thread; `sqlite-thread`: with it. */
export type StoreKind = "memory" | "double" | "sqlite" | "sqlite-thread";

/** What outlives a host. Each host has a store of its own on it. */
export interface Disk extends AsyncDisposable {
  /** For the next host: on what the one before has left. */
  store(): JobStore;
  /** That host is gone without a word: what it had committed is what there is. */
  crash(): Promise<void>;
}

export async function newDisk(kind: StoreKind): Promise<Disk> {
  switch (kind) {
    case "memory":
      return { store: () => new MemoryStore(), crash: nothing, [Symbol.asyncDispose]: nothing };
    case "double":
      return new DoubleDisk();
    case "sqlite":
      return newFileDisk(storeInProcess);
    case "sqlite-thread":
      return newFileDisk((path) => new SqliteStore({ path, durability: "process" }));
  }
}

/** Records in memory that outlive the host. */
class DoubleDisk implements Disk {
  #last = new StoreDouble();

  store(): StoreDouble {
    this.#last = new StoreDouble([...this.#last.records.values()]);
    return this.#last;
  }

  crash(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

async function newFileDisk(open: (path: string) => SqliteStore): Promise<Disk> {
  const folder = await temporaryFolder();
  const left: SqliteStore[] = [];
  let life = 1;
  let store: SqliteStore | null = null;
  const file = (): string => join(folder.path, `life-${life}.sqlite`);
  return {
    store() {
      store = open(file());
      return store;
    },
    async crash() {
      const before = file();
      life += 1;
      // The database first: the log holds all that is newer.
      for (const end of ["", "-wal"]) {
        if (existsSync(before + end)) await copyFile(before + end, file() + end);
      }
      if (store !== null) left.push(store);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(left.map((one) => one.close()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

const nothing = (): Promise<void> => Promise.resolve();
