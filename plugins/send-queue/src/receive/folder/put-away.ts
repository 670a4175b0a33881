import { randomUUID } from "node:crypto";
import { link, lstat, mkdir, readdir, rename, rm, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { doneFolder, rejectedFolder, stampOf, type FolderFile } from "./folder-files.ts";

/** Files that are being put away stand here for a moment; the scan does not see them. */
const holdFolder = ".taken";

/**
 * Puts the files of a folder away. Each is first taken under a name of ours, and then looked at: one that
 * somebody has put in its place meanwhile is given back, and not lost.
 */
export class PutAway {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folders, and gives back what a process that ended had in its hands. */
  async open(): Promise<void> {
    const hold = join(this.#folder, holdFolder);
    await mkdir(hold, { recursive: true });
    for (const name of await readdir(hold)) {
      await this.#giveBack(join(hold, name), name.slice(name.indexOf(" ") + 1));
    }
  }

  /** @throws what the file system throws: it is where it was, or is given back at the next start */
  async remove(file: FolderFile): Promise<void> {
    const held = await this.#hold(file);
    if (held !== null) await rm(held);
  }

  /** As `remove`; it stands under `done` after, by the name that it had. */
  async move(file: FolderFile): Promise<void> {
    const held = await this.#hold(file);
    if (held !== null) await this.#moveTo(held, join(doneFolder, file.name));
  }

  /** As `remove`; it stands under `rejected` after, and the reason beside it. */
  async reject(file: FolderFile, reason: string): Promise<void> {
    const held = await this.#hold(file);
    if (held === null) return;
    const path = await this.#moveTo(held, join(rejectedFolder, file.name));
    await writeFile(`${path}.reason.txt`, `${reason}\n`);
  }

  /** Where the file stands now; null: it was another. */
  async #hold({ name, stamp }: FolderFile): Promise<string | null> {
    const held = join(this.#folder, holdFolder, `${randomUUID()} ${basename(name)}`);
    try {
      await rename(join(this.#folder, name), held);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
    if (stampOf(await lstat(held, { bigint: true })) === stamp) return held;
    await this.#giveBack(held, name);
    return null;
  }

  async #giveBack(held: string, name: string): Promise<void> {
    await this.#moveTo(held, name);
  }

  /** Under a name below the folder that nothing has yet. Answers the path. */
  async #moveTo(held: string, name: string): Promise<string> {
    const extension = extname(name);
    const stem = join(this.#folder, name.slice(0, name.length - extension.length));
    await mkdir(dirname(stem), { recursive: true });
    for (let count = 0; ; count += 1) {
      const path = count === 0 ? `${stem}${extension}` : `${stem}-${count}${extension}`;
      if (await isMoved(held, path)) return path;
    }
  }
}

/** Not over what is there; false: there is something. */
async function isMoved(from: string, to: string): Promise<boolean> {
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
