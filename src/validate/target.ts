import { readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { locatePlugin } from "../adapters/plugins/locate.ts";
import type { JsonObject, JsonValue } from "../ports/job.ts";
import type { CaseSpec, JobRequest, NativeKind } from "./case-spec.ts";

/** A plugin, and what its author says of how to try it. */
export interface Target extends Pick<CaseSpec, "file" | "requests" | "settings"> {
  /** `module`: it is TypeScript or JavaScript; null: no kind of plugin has such a name. */
  readonly kind: NativeKind | "module" | null;
}

/** Something in the arguments or the package.json is not as it must be; the message says what. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Finds a plugin by its file or folder, and reads `baton.validate` of the package.json next to or
 * above it.
 * @throws {JobEngineError} PLUGIN_NOT_LOADED
 * @throws {UsageError} the package.json says what cannot be
 */
export async function findTarget(path: string): Promise<Target> {
  const file = await locatePlugin(path);
  const written = await readManifest(dirname(file));
  const requests = written?.["requests"] ?? [];
  const settings = written?.["settings"] ?? {};
  return {
    file,
    kind: kindOf(file),
    requests: readRequests(requests),
    settings: readSettings(settings, '"settings" in its package.json'),
  };
}

/** A request as the command line has it: `POST /hello {"steps":2}`. @throws {UsageError} */
export function parseRequest(text: string): JobRequest {
  const [, method, path, body] = /^([A-Z]+) (\/\S*)(?: ([\s\S]+))?$/.exec(text.trim()) ?? [];
  if (method === undefined || path === undefined) {
    throw new UsageError(`"${text}" is no request; write for example 'POST /hello {"steps": 2}'`);
  }
  if (body === undefined) return { method, path };
  try {
    return { method, path, body: JSON.parse(body) as JsonValue };
  } catch {
    throw new UsageError(`the body of "${text}" is not JSON`);
  }
}

/** The settings of all plugins, by their names. @throws {UsageError} */
export function readSettings(value: unknown, where: string): Readonly<Record<string, JsonObject>> {
  if (isObject(value) && Object.values(value).every(isObject)) {
    return value as Readonly<Record<string, JsonObject>>;
  }
  throw new UsageError(`${where} must be an object with one object for each plugin's name`);
}

function kindOf(file: string): Target["kind"] {
  if (/^\.[cm]?[jt]s$/.test(extname(file))) return "module";
  if (/^\.(?:so|dylib|dll)$/.test(extname(file))) return "library";
  return extname(file) === ".node" ? "addon" : null;
}

function readRequests(value: unknown): readonly JobRequest[] {
  const isRequest = (each: unknown): each is JobRequest =>
    isObject(each) && typeof each["method"] === "string" && typeof each["path"] === "string";
  if (Array.isArray(value) && value.every(isRequest)) return value;
  throw new UsageError(
    '"requests" in its package.json must be a list of objects with "method" and "path"',
  );
}

/** `baton.validate` of the first package.json from this folder upwards; null: there is none. */
async function readManifest(folder: string): Promise<Readonly<Record<string, unknown>> | null> {
  const file = join(folder, "package.json");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return dirname(folder) === folder ? null : readManifest(dirname(folder));
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is not JSON`);
  }
  const baton = isObject(manifest) ? manifest["baton"] : null;
  const validate = isObject(baton) ? baton["validate"] : null;
  return isObject(validate) ? validate : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
