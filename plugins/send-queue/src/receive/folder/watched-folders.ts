import type { FolderSettings } from "./folder-settings.ts";
import { WatchedFolder, type FolderParts } from "./watched-folder.ts";

/** The folders into which others put files. */
export class WatchedFolders {
  readonly #folders: readonly WatchedFolder[];

  private constructor(folders: readonly WatchedFolder[]) {
    this.#folders = folders;
  }

  /** Begins to watch. @throws what making a folder throws */
  static async open(
    settings: readonly FolderSettings[],
    parts: FolderParts,
  ): Promise<WatchedFolders> {
    const folders: WatchedFolder[] = [];
    for (const folder of settings) folders.push(await WatchedFolder.open(folder, parts));
    return new WatchedFolders(folders);
  }

  /** What is being taken is taken to its end. */
  async close(): Promise<void> {
    await Promise.all(this.#folders.map((folder) => folder.close()));
  }
}
