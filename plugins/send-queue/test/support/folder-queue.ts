import { mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "../../../../src/index.ts";
import { RoutedQueue } from "./routed-queue.ts";

/** Files are taken soon, and rejected soon. */
const hasty = { StableSeconds: 0.2, RejectSeconds: 0.6, ScanSeconds: 0.1 };

/** A queue that watches the folder "in" of its own folder. */
export function watching(port: number, folder: JsonObject = {}): Promise<RoutedQueue> {
  return RoutedQueue.open((base) => ({
    peers: { pacs: port },
    queue: {
      Directory: join(base, "queue"),
      // What is taken twice is sent twice.
      Defaults: { RepushPolicy: "always", InstanceRetries: [0.05] },
      Folders: { ct: { Path: join(base, "in"), To: ["pacs"], ...hasty, ...folder } },
    },
  }));
}

/** The watched folder of a queue. */
export const folderOf = ({ folder }: RoutedQueue): string => join(folder, "in");

/** Writes a file beside the folder and renames it into it. */
export async function drop(queue: RoutedQueue, name: string, bytes: Uint8Array): Promise<void> {
  const beside = join(queue.folder, "beside");
  await writeFile(beside, bytes);
  const target = join(folderOf(queue), name);
  await mkdir(join(target, ".."), { recursive: true });
  await rename(beside, target);
}

/** Names of the files below the folder, or a folder in it. */
export async function filesOf(queue: RoutedQueue, below = ""): Promise<readonly string[]> {
  const path = join(folderOf(queue), below);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .toSorted();
}
