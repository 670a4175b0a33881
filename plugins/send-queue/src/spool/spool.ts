import { createHash, randomUUID, type Hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readvSync, type Stats } from "node:fs";
import { mkdir, open, readdir, rename, rm, statfs, type FileHandle } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";

/** What is in the spool, by what it is. */
export interface SpooledFile {
  /** SHA-256 of its bytes, in hexadecimal: the same bytes are there once. */
  readonly hash: string;
  /** In bytes. */
  readonly size: number;
}

/** A file in the spool is not the one that came in: somebody has changed it. */
export class SpoolReplaced extends Error {
  override readonly name = "SpoolReplaced";
}

/** The disk has less room than is kept free: nothing was taken. */
export class SpoolFull extends Error {
  override readonly name = "SpoolFull";
}

/**
 * Files that wait to be sent. One is here when its bytes and its name are on the disk; before, and
 * after a crash in between, there is nothing of it.
 */
export class Spool {
  readonly #folder: string;
  readonly #minFreeBytes: number;
  readonly #users = new Map<string, Promise<unknown>>();
  /** The folders in it whose names are on the disk, or will be. */
  readonly #groups = new Map<string, Promise<void>>();

  private constructor(folder: string, minFreeBytes: number) {
    this.#folder = folder;
    this.#minFreeBytes = minFreeBytes;
  }

  /** What was being written when a process ended is removed. @throws what the file system throws */
  static async open(folder: string, minFreeBytes: number): Promise<Spool> {
    const spool = new Spool(folder, minFreeBytes);
    await rm(spool.#incoming, { recursive: true, force: true });
    await makeFolder(folder);
    await mkdir(spool.#incoming, { recursive: true });
    // Whoever made a folder in it may have ended before this.
    const groups = await readdir(folder);
    await syncFolder(folder);
    for (const group of groups) spool.#groups.set(group, Promise.resolve());
    return spool;
  }

  /** `size`: what is about to come, in bytes, as far as is known. @throws {SpoolFull} */
  async checkRoom(size = 0): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize - size >= this.#minFreeBytes) return;
    throw new SpoolFull(
      `The spool keeps ${this.#minFreeBytes} bytes of its disk free, and there are ${bavail * bsize}.`,
    );
  }

  /** Begins a file, of about `size` bytes. Close or discard it. @throws {SpoolFull} */
  async create(size = 0): Promise<SpoolWriter> {
    await this.checkRoom(size);
    const path = join(this.#incoming, randomUUID());
    return new SpoolWriter(await open(path, "wx+", 0o600), path, {
      checkRoom: () => this.checkRoom(),
      prepare: (hash) => this.#prepare(hash),
    });
  }

  /** @throws ENOENT: it is not here any more; {SpoolReplaced} */
  async open(hash: string): Promise<FileHandle> {
    const file = await open(this.#path(hash), "r");
    try {
      await checkUnchanged(file, hash);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Fills `views` from `offset` of a file on, at once: for small ones, that are most likely in memory. False: it
   * is not to be had, or not plainly the one that came in; `open` says what is wrong.
   */
  readNow(hash: string, offset: number, views: readonly Buffer[]): boolean {
    let file: number;
    try {
      file = openSync(this.#path(hash), "r");
    } catch {
      return false;
    }
    try {
      const size = views.reduce((sum, view) => sum + view.length, 0);
      return isMarked(fstatSync(file), hash) && readvSync(file, views, offset) === size;
    } catch {
      return false;
    } finally {
      closeSync(file);
    }
  }

  /**
   * Does something about the files with these hashes while nobody else does: so the same bytes that come
   * in again are not removed by whoever has no more need for the first.
   */
  async exclusively<T>(hashes: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = hashes.flatMap((hash) => this.#users.get(hash) ?? []);
    const mine = Promise.allSettled(before).then(work);
    // In line for all of them at once, so that no two wait for each other.
    for (const hash of hashes) this.#users.set(hash, mine);
    try {
      return await mine;
    } finally {
      for (const hash of hashes) {
        if (this.#users.get(hash) === mine) this.#users.delete(hash);
      }
    }
  }

  /** Removes a file that nobody needs. It may be gone already. */
  async remove(hash: string): Promise<void> {
    await rm(this.#path(hash), { force: true });
  }

  /** A file that is none that can be sent: it stands in `unreadable` after, for somebody to look at. */
  async moveAside(hash: string): Promise<void> {
    const folder = join(this.#folder, "unreadable");
    await mkdir(folder, { recursive: true });
    // Another of its name may stand there.
    await rename(this.#path(hash), join(folder, `${hash}.${randomUUID()}`));
  }

  /** Every file that is here. What has no name of ours is somebody else's. */
  async *hashes(): AsyncGenerator<string, void, void> {
    for (const group of await readdir(this.#folder, { withFileTypes: true })) {
      if (!group.isDirectory() || group.name.length !== 2) continue;
      const names = await readdir(join(this.#folder, group.name));
      yield* names.filter((name) => isHash(name) && name.startsWith(group.name));
    }
  }

  get #incoming(): string {
    return join(this.#folder, "incoming");
  }

  #path(hash: string): string {
    if (!isHash(hash)) throw new TypeError("not the hash of a file");
    return `${this.#folder}${sep}${hash.slice(0, 2)}${sep}${hash}`;
  }

  /** Where a file will stand, in a folder that is on the disk. */
  async #prepare(hash: string): Promise<string> {
    const path = this.#path(hash);
    const group = hash.slice(0, 2);
    const created = await mkdir(join(path, ".."), { recursive: true });
    // Who finds it there waits, too: it may be there for a moment only.
    if (created !== undefined || !this.#groups.has(group)) {
      const synced = syncFolder(this.#folder);
      this.#groups.set(group, synced);
      synced.catch(() => this.#groups.delete(group));
    }
    await this.#groups.get(group);
    return path;
  }
}

const isHash = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

interface WriterParts {
  /** @throws {SpoolFull} */
  readonly checkRoom: () => Promise<void>;
  /** Where a file with this hash will stand. */
  readonly prepare: (hash: string) => Promise<string>;
}

/** After so many bytes it is looked whether there is still room. */
const roomEvery = 67_108_864;

/** A file on its way into the spool: written, sealed, and closed. */
export class SpoolWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #parts: WriterParts;
  readonly #summing: Hash = createHash("sha256");
  #size = 0;
  #checkedAt = 0;
  #digest: string | null = null;
  #isSealed = false;

  constructor(file: FileHandle, path: string, parts: WriterParts) {
    this.#file = file;
    this.#path = path;
    this.#parts = parts;
  }

  /** For reading what was written so far. */
  get file(): FileHandle {
    return this.#file;
  }

  /** In bytes, so far. */
  get size(): number {
    return this.#size;
  }

  /** Await it before the next one. @throws {SpoolFull}, ENOSPC and its like: discard it */
  async write(bytes: Uint8Array): Promise<void> {
    this.#summing.update(bytes);
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at);
      at += bytesWritten;
    }
    this.#size += bytes.length;
    if (this.#size - this.#checkedAt < roomEvery) return;
    this.#checkedAt = this.#size;
    await this.#parts.checkRoom();
  }

  /** Of all that was written; nothing may be written after. */
  get hash(): string {
    this.#digest ??= this.#summing.digest("hex");
    return this.#digest;
  }

  /** Its bytes are on the disk, under a name that nobody knows; nothing of it is held open. Idempotent. */
  async seal(): Promise<void> {
    if (this.#isSealed) return;
    this.#isSealed = true;
    const mark = markOf(this.hash);
    await this.#file.utimes(mark, mark);
    await this.#file.sync();
    await this.#file.close();
  }

  /** Resolves when the file is safe: its bytes, its name and its folder are on the disk. */
  async close(): Promise<SpooledFile> {
    const { hash } = this;
    await this.seal();
    const path = await this.#parts.prepare(hash);
    await rename(this.#path, path);
    await syncFolder(join(path, ".."));
    return { hash, size: this.#size };
  }

  /** Nothing is left of it, unless it was closed. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => {});
    await rm(this.#path, { force: true });
  }
}

/**
 * A file's time of change, in seconds, says which bytes were written: whoever changes them changes it, too. So
 * it need not be read twice, once for its hash, before it is sent.
 */
const markOf = (hash: string): number => 1_000_000_000 + Number.parseInt(hash.slice(0, 7), 16);

const isMarked = (stats: Stats, hash: string): boolean =>
  stats.isFile() && stats.mtimeMs === markOf(hash) * 1_000;

/** @throws {SpoolReplaced} */
async function checkUnchanged(file: FileHandle, hash: string): Promise<void> {
  const stats = await file.stat();
  if (!stats.isFile()) throw new SpoolReplaced("There is no file in the place of one.");
  if (isMarked(stats, hash)) return;
  // It may have been copied from somewhere, with another time.
  const summing = createHash("sha256");
  for await (const bytes of file.createReadStream({ autoClose: false, start: 0 })) {
    summing.update(bytes as Buffer);
  }
  if (summing.digest("hex") !== hash) throw new SpoolReplaced("The file has other bytes.");
  const mark = markOf(hash);
  await file.utimes(mark, mark).catch(() => {});
}

/** Makes a folder, and those above it that are not there: their names are on the disk when it resolves. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let at = resolve(path); at !== top; at = dirname(at)) await syncFolder(dirname(at));
}

/** A name is safe when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, "r");
  await handle.sync();
}
