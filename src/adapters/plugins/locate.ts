import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { JobEngineError } from "../../core/errors.ts";

/**
 * The file of a plugin that was named by its file or by its folder; a folder has a package.json
 * whose `main` names the file.
 * @throws {JobEngineError} PLUGIN_NOT_LOADED
 */
export async function locatePlugin(path: string): Promise<string> {
  const place = resolve(path);
  const found = await stat(place).catch(() => null);
  if (found === null) throw notLoaded(place, "there is no such file or folder");
  if (!found.isDirectory()) return place;
  const main = await readMain(place);
  const file = join(place, main);
  if ((await stat(file).catch(() => null))?.isFile() === true) return file;
  throw notLoaded(place, `its package.json names ${main}, which is not there; has it been built?`);
}

async function readMain(folder: string): Promise<string> {
  let main: unknown;
  try {
    const text = await readFile(join(folder, "package.json"), "utf8");
    main = (JSON.parse(text) as Readonly<Record<string, unknown>>)["main"];
  } catch (error) {
    throw notLoaded(folder, "it has no package.json that can be read", error);
  }
  if (typeof main === "string" && main !== "") return main;
  throw notLoaded(folder, "its package.json has no main");
}

const notLoaded = (place: string, why: string, cause?: unknown): JobEngineError =>
  new JobEngineError("PLUGIN_NOT_LOADED", `${place}: ${why}`, { cause });
