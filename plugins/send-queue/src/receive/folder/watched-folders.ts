import { filesIn } from "./folder-files.ts";
import type { FolderSettings } from "./folder-settings.ts";
import { WatchedFolder, type FolderParts } from "./watched-folder.ts";

/** The folders into which others put files. */
export class WatchedFolders {
  readonly #folders: readonly WatchedFolder[];

  private constructor(folders: readonly WatchedFolder[]) {
    this.#folders = folders;
  }

  /** Begins to watch. @throws what making a folder throws; {QueueFailed} */
  static async open(
    settings: readonly FolderSettings[],
    parts: FolderParts,
  ): Promise<WatchedFolders> {
    const folders: WatchedFolder[] = [];
    for (const folder of settings) folders.push(await WatchedFolder.open(folder, parts));
    await forgetStale(settings, parts);
    for (const folder of folders) folder.begin();
    return new WatchedFolders(folders);
  }

  /** What is being taken is taken to its end. */
  async close(): Promise<void> {
    await Promise.all(this.#folders.map((folder) => folder.close()));
  }
}

/**
 * What was taken and is in no folder any more is forgotten, before a new file looks like it. If a folder
 * cannot be looked through nothing is: then its files may still be there.
 */
async function forgetStale(
  settings: readonly FolderSettings[],
  { queue, log }: FolderParts,
): Promise<void> {
  const stale = new Set(await queue.call("takenFiles", {}));
  if (stale.size === 0) return;
  try {
    for (const { path } of settings) {
      for await (const { stamp } of filesIn(path, rethrow)) stale.delete(stamp);
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    log("warning", `What was taken from the folders is remembered until the next start: ${code}`);
    return;
  }
  for (const file of stale) await queue.call("forgetTaken", { file });
}

function rethrow(error: unknown): never {
  throw error;
}
