import type { Backup, Backups } from "../ports/backups.ts";
import type { FileOutputs } from "./file-outputs.ts";
import type { DatabaseCopy } from "./stores/sqlite/copy.ts";
import { tarOf, tarSize, type TarFile } from "./tar.ts";

/** Names in the archive: those that a host looks for in its folder. */
const database = "baton.db";
const outputsFolder = `${database}-outputs`;

/** The store whose database is copied. */
export interface CopiedStore {
  readonly databases: readonly string[];
  backUp(): Promise<DatabaseCopy>;
}

/** A host's database and the outputs that its records name, of one moment, as an archive. */
export class HostBackups implements Backups {
  readonly #store: CopiedStore;
  readonly #files: FileOutputs;

  constructor(store: CopiedStore, files: FileOutputs) {
    this.#store = store;
    this.#files = files;
  }

  get databases(): readonly string[] {
    return this.#store.databases;
  }

  async backUp(): Promise<Backup> {
    // From before that moment on: what the copy names must still be there when it is read.
    const release = this.#files.keepAll();
    try {
      const copy = await this.#store.backUp();
      const files: TarFile[] = [{ name: database, size: copy.size, read: () => copy.bytes }];
      for (const file of copy.outputs) {
        const size = await this.#files.sizeOf(file);
        // What somebody else has removed is not there either.
        if (size !== null) files.push(this.#fileOf(file, size));
      }
      const discard = (): void => {
        copy.discard();
        release();
      };
      return { size: tarSize(files), bytes: endingWith(tarOf(files), discard), discard };
    } catch (error) {
      release();
      throw error;
    }
  }

  #fileOf(file: string, size: number): TarFile {
    const read = async (): Promise<AsyncIterable<Uint8Array>> => {
      if (size === 0) return nothing();
      const bytes = await this.#files.read(file, 0, size - 1);
      if (bytes === null) throw new Error(`the output ${file} is gone`);
      return bytes;
    };
    return { name: `${outputsFolder}/${file}`, size, read };
  }
}

async function* endingWith(
  bytes: AsyncIterable<Uint8Array>,
  end: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } finally {
    end();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
