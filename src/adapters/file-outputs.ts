import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import type { OutputDraft, OutputFiles } from "../ports/outputs.ts";

export interface FileOutputsOptions {
  /** Made with the first output. Null: a temporary one, which is removed when the host closes. */
  readonly folder: string | null;
  /** Whether a finished file survives a power cut. */
  readonly flushes: boolean;
  /** False: files that no record names stay, because not all records are known. */
  readonly sweeps: boolean;
}

/** What we name our files; nothing else is ever removed from the folder. */
const ours = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]{16}(?:\.part)?$/;

const unfinished = ".part";

/** Outputs as files of one folder, named by their job and by chance. */
export class FileOutputs implements OutputFiles {
  readonly #options: FileOutputsOptions;
  #folder: Promise<string> | null = null;
  readonly #removing = new Set<Promise<void>>();
  /** Who needs all files to stay, and what is to be removed when they do not any more. */
  #keepers = 0;
  #kept: string[] = [];

  constructor(options: FileOutputsOptions) {
    this.#options = options;
  }

  create(id: JobId): OutputDraft {
    const file = `${id}.${randomBytes(8).toString("hex")}`;
    return new FileDraft(file, () => this.#makeFolder(), this.#options.flushes);
  }

  async read(file: string, start: number, end: number): Promise<AsyncIterable<Uint8Array> | null> {
    const folder = await this.#existing();
    if (folder === null || !ours.test(file)) return null;
    try {
      const handle = await open(join(folder, file), constants.O_RDONLY);
      return handle.createReadStream({ start, end });
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw storeFailed("read", error);
    }
  }

  /** Bytes of a file; null: there is no such file any more. */
  async sizeOf(file: string): Promise<number | null> {
    const folder = await this.#existing();
    if (folder === null || !ours.test(file)) return null;
    const found = await stat(join(folder, file)).catch(() => null);
    return found?.size ?? null;
  }

  /** Removes nothing until the answer is called; what is to be removed is removed then. */
  keepAll(): () => void {
    this.#keepers += 1;
    let isKeeping = true;
    return () => {
      if (!isKeeping) return;
      isKeeping = false;
      this.#keepers = Math.max(this.#keepers - 1, 0);
      if (this.#keepers === 0) void this.remove(this.#kept.splice(0));
    };
  }

  remove(files: readonly string[]): Promise<void> {
    if (this.#keepers > 0) {
      this.#kept.push(...files);
      return Promise.resolve();
    }
    const removing = this.#remove(files);
    this.#removing.add(removing);
    return removing.finally(() => this.#removing.delete(removing));
  }

  async #remove(files: readonly string[]): Promise<void> {
    const folder = await this.#existing();
    if (folder !== null) await Promise.all(files.map((file) => removed(join(folder, file))));
  }

  async sweep(inUse: ReadonlySet<string>): Promise<void> {
    const folder = await this.#existing();
    if (folder === null || !this.#options.sweeps) return;
    const there = await readdir(folder).catch(() => []);
    for (const file of there) {
      if (ours.test(file) && !inUse.has(file)) await removed(join(folder, file));
    }
  }

  async close(): Promise<void> {
    // Whoever has not read to the end will not: the next start would sweep them in any case.
    this.#keepers = 0;
    void this.remove(this.#kept.splice(0));
    await Promise.all(this.#removing);
    const folder = await this.#existing();
    if (folder === null || this.#options.folder !== null) return;
    await rm(folder, { recursive: true, force: true }).catch(ignore);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The folder, if it can have files in it; null: none was ever made. */
  #existing(): Promise<string | null> {
    return this.#folder?.catch(() => null) ?? Promise.resolve(this.#options.folder);
  }

  #makeFolder(): Promise<string> {
    this.#folder ??= this.#make();
    // What failed may go well the next time.
    this.#folder.catch(() => (this.#folder = null));
    return this.#folder;
  }

  async #make(): Promise<string> {
    const { folder, flushes } = this.#options;
    if (folder === null) return mkdtemp(join(tmpdir(), "baton-outputs-"));
    const made = await mkdir(folder, { recursive: true });
    if (made !== undefined && flushes) await flushFolder(dirname(folder));
    return folder;
  }
}

class FileDraft implements OutputDraft {
  readonly #file: string;
  readonly #folder: () => Promise<string>;
  readonly #flushes: boolean;
  #handle: FileHandle | null = null;
  #size = 0;
  #isOver = false;
  /** Everything asked for so far, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(file: string, folder: () => Promise<string>, flushes: boolean) {
    this.#file = file;
    this.#folder = folder;
    this.#flushes = flushes;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#then(async () => {
      const handle = await this.#open();
      await handle.writeFile(bytes);
      this.#size += bytes.byteLength;
    });
  }

  async finish(): Promise<{ readonly file: string; readonly size: number }> {
    this.#isOver = true;
    try {
      await this.#then(async () => {
        const handle = await this.#open();
        if (this.#flushes) await handle.sync();
        await handle.close();
        this.#handle = null;
        const folder = await this.#folder();
        await rename(join(folder, `${this.#file}${unfinished}`), join(folder, this.#file));
        if (this.#flushes) await flushFolder(folder);
      });
      return { file: this.#file, size: this.#size };
    } catch (error) {
      await this.#undo();
      throw error;
    }
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#work.catch(ignore);
    await this.#undo();
  }

  /** After an error nothing more is done: what follows fails the same way. */
  #then(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(task).catch((error: unknown) => {
      throw error instanceof JobEngineError ? error : storeFailed("written", error);
    });
    // Whoever awaits it hears of it; whoever does not must not end the process.
    this.#work.catch(ignore);
    return this.#work;
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle !== null) return this.#handle;
    const path = join(await this.#folder(), `${this.#file}${unfinished}`);
    this.#handle = await open(path, "wx", 0o600);
    return this.#handle;
  }

  async #undo(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(ignore);
    const folder = await this.#folder().catch(() => null);
    if (folder === null) return;
    await removed(join(folder, `${this.#file}${unfinished}`));
    await removed(join(folder, this.#file));
  }
}

/** A name is on the disk when its folder is. Windows cannot flush folders, and needs not. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What stays is swept at the next start. */
const removed = (path: string): Promise<void> => rm(path, { force: true }).catch(ignore);

function storeFailed(verb: string, cause: unknown): JobEngineError {
  const detail = `an output could not be ${verb} (${codeOf(cause)})`;
  return new JobEngineError("STORE_FAILED", detail, { cause });
}

function codeOf(error: unknown): string {
  const hasCode = error instanceof Error && "code" in error && typeof error.code === "string";
  return hasCode ? String(error.code) : String(error);
}

function ignore(): void {}
