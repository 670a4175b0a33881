import { createHash, randomBytes } from "node:crypto";
import { link, lstat, mkdir, readdir, rename, rm, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { doneFolder, pathOf, rejectedFolder, stampOf, type FolderFile } from "./folder-files.ts";

/** Files that are being put away stand here for a moment; the scan does not see them. */
const holdFolder = ".taken";

/** How files are put away. */
export interface PutAwayParts {
  /** What becomes of a file that is safe in the queue: it stands under `done` after by the name that it had. */
  readonly done: "remove" | "move";
  /**
   * The queue knows no more that it has taken the file of this stamp. While it does, a file that gets the
   * same stamp after, as its number is free again, counts as taken: so it is told before, and not after.
   */
  readonly forget: (stamp: string) => Promise<void>;
}

/**
 * Puts the files of a folder away. Each is first taken under a name of ours, and then looked at: one that
 * somebody has put in its place meanwhile is given back, and not lost.
 */
export class PutAway {
  readonly #folder: string;
  readonly #parts: PutAwayParts;

  constructor(folder: string, parts: PutAwayParts) {
    this.#folder = folder;
    this.#parts = parts;
  }

  /**
   * Makes the folders. Of what a process that ended had in its hands, what is safe in the queue is put
   * away, and the rest given back.
   */
  async open(): Promise<void> {
    const hold = this.#path(holdFolder);
    await mkdir(hold, { recursive: true });
    for (const entry of await readdir(hold, { encoding: "latin1" })) {
      const held = join(holdFolder, entry);
      const name = entry.slice(entry.indexOf(" ") + 1);
      const stamp = stampOf(await lstat(this.#path(held), { bigint: true }));
      if (entry.startsWith(`${safeMark(stamp)}.`)) await this.#end(held, { name, stamp });
      else await this.#giveBack(held, name);
    }
  }

  /**
   * A file that is safe in the queue, and not wanted here any more.
   * @throws what `forget` throws: it is where it was; what the file system throws: so it is, or is put away
   * at the next start
   */
  async finish(file: FolderFile): Promise<void> {
    const held = await this.#hold(file, safeMark(file.stamp));
    if (held === null) await this.#parts.forget(file.stamp);
    else await this.#end(held, file);
  }

  /** It stands under `rejected` after, and the reason beside it. @throws as `finish` */
  async reject(file: FolderFile, reason: string): Promise<void> {
    const held = await this.#hold(file, "rejected");
    if (held === null) return;
    const rejected = await this.#moveTo(held, join(rejectedFolder, file.name));
    await writeFile(this.#path(longer(rejected, ".reason.txt")), `${reason}\n`);
  }

  async #end(held: string, { name, stamp }: FolderFile): Promise<void> {
    try {
      await this.#parts.forget(stamp);
    } catch (error) {
      await this.#giveBack(held, name);
      throw error;
    }
    if (this.#parts.done === "remove") await rm(this.#path(held));
    else await this.#moveTo(held, join(doneFolder, name));
  }

  /** Where the file stands now, by a name that begins with `mark`; null: it was another. */
  async #hold({ name, stamp }: FolderFile, mark: string): Promise<string | null> {
    const before = `${mark}.${shortId()} `;
    // Only after a crash its name is read from this one, and then the end of it will do.
    const held = join(holdFolder, before + basename(name).slice(before.length - longestName));
    try {
      await rename(this.#path(name), this.#path(held));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
    if (stampOf(await lstat(this.#path(held), { bigint: true })) === stamp) return held;
    await this.#giveBack(held, name);
    return null;
  }

  async #giveBack(held: string, name: string): Promise<void> {
    await this.#moveTo(held, name);
  }

  /** Under a name below the folder that nothing has yet. Answers it. */
  async #moveTo(held: string, name: string): Promise<string> {
    const extension = extname(name);
    const stem = name.slice(0, name.length - extension.length);
    await mkdir(this.#path(dirname(name)), { recursive: true });
    for (let count = 0; ; count += 1) {
      const free = count === 0 ? name : longer(stem, `-${count}${extension}`);
      if (await isMoved(this.#path(held), this.#path(free))) return free;
    }
  }

  #path(name: string): Buffer {
    return pathOf(this.#folder, name);
  }
}

/** A file's name has so many bytes at most, nearly everywhere. */
const longestName = 255;

/** With something at its end; of a name that is too long then the end before is left out. */
const longer = (name: string, end: string): string =>
  join(dirname(name), basename(name).slice(0, longestName - end.length) + end);

/** Begins the name of a file that the queue has, if it is the one of this stamp. Short: names may be long. */
const safeMark = (stamp: string): string =>
  createHash("sha256").update(stamp).digest("hex").slice(0, 16);

const shortId = (): string => randomBytes(8).toString("hex");

/** Not over what is there; false: there is something. */
async function isMoved(from: Buffer, to: Buffer): Promise<boolean> {
  try {
    await link(from, to);
    await unlink(from);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "EEXIST") return false;
    if (!linkless.has(code)) throw error;
  }
  const isThere = await lstat(to).then(
    () => true,
    () => false,
  );
  if (!isThere) await rename(from, to);
  return !isThere;
}

/** What file systems answer that know no links. */
const linkless: ReadonlySet<string> = new Set([
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EMLINK",
]);
