import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject, JsonValue } from "../../../../src/sdk.ts";
import { SettingsInvalid } from "./invalid.ts";

const fileName = "modalities.json";

/**
 * The modalities that were entered over REST: they stand in a file of their own beside the queue, and are
 * as if the configuration had them. What the configuration has itself is as it says there.
 */
export class EnteredModalities {
  readonly #folder: string;
  readonly #settings: JsonObject;
  #entered: Readonly<Record<string, JsonValue>>;

  private constructor(folder: string, settings: JsonObject, entered: Record<string, JsonValue>) {
    this.#folder = folder;
    this.#settings = settings;
    this.#entered = entered;
  }

  /** `settings`: as they are configured. @throws {SettingsInvalid} the file is damaged */
  static async open(folder: string, settings: JsonObject): Promise<EnteredModalities> {
    const path = join(folder, fileName);
    let text = "{}";
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return new EnteredModalities(folder, settings, read(text, path));
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#entered, name);
  }

  isConfigured(name: string): boolean {
    return Object.hasOwn(membersOf(this.#settings["DicomModalities"]), name);
  }

  /** The settings with all of them; or as they were if `name` was this, or, undefined, was not there. */
  settings(name?: string, modality?: JsonValue): JsonObject {
    const entered = name === undefined ? this.#entered : this.#with(name, modality);
    const configured = membersOf(this.#settings["DicomModalities"]);
    return { ...this.#settings, DicomModalities: { ...entered, ...configured } };
  }

  /** Resolves when it is on the disk; undefined: it is taken out. */
  async enter(name: string, modality?: JsonValue): Promise<void> {
    const entered = this.#with(name, modality);
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, fileName);
    await synced(`${path}.new`, "w", `${JSON.stringify(entered, null, 2)}\n`);
    await rename(`${path}.new`, path);
    await synced(this.#folder, "r");
    this.#entered = entered;
  }

  #with(name: string, modality: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
    const { [name]: _before, ...others } = this.#entered;
    return modality === undefined ? others : { ...others, [name]: modality };
  }
}

/** @throws {SettingsInvalid} */
function read(text: string, path: string): Record<string, JsonValue> {
  try {
    return membersOf(JSON.parse(text) as JsonValue);
  } catch {
    throw new SettingsInvalid(`${path} is damaged; restore it, or remove it and enter them again.`);
  }
}

/** None, of what is no object: whoever reads the settings says what is wrong with them. */
function membersOf(value: JsonValue | undefined): Record<string, JsonValue> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? { ...(value as JsonObject) } : {};
}

async function synced(path: string, flags: "w" | "r", text?: string): Promise<void> {
  const file = await open(path, flags);
  try {
    if (text !== undefined) await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";
