import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { JsonObject } from "../ports/job.ts";
import { cases } from "../validate/cases.ts";
import type { JobRequest, NativeKind } from "../validate/case-spec.ts";
import { caseText, summaryText, validationJson } from "../validate/report.ts";
import { reproduce } from "../validate/reproduce.ts";
import { findTarget, parseRequest, readSettings, UsageError } from "../validate/target.ts";
import {
  requireAddon,
  validatePlugin,
  type Validation,
  type ValidationOptions,
} from "../validate/validate-plugin.ts";
import { parseCommentedJson } from "./json-text.ts";

/** What stands on the command line, as text. */
export interface ValidateFlags {
  readonly request: readonly string[];
  readonly settings?: string;
  readonly seed?: string;
  readonly timeout: string;
  readonly json?: true;
  readonly reproduce?: string;
}

/** Validates a plugin. Answers the exit code: 0 nothing failed, 1 something did, 2 nothing was looked at. */
export async function validate(plugin: string, flags: ValidateFlags): Promise<number> {
  try {
    const wanted = await readWanted(plugin, flags);
    if (wanted.kind === "module") {
      process.stdout.write(
        `${wanted.file} is a module: it has no memory to break, and the host checks each of its calls as it is made; test it with baton-jobs/testing.\n`,
      );
      return 0;
    }
    return await run(plugin, flags, { ...wanted, kind: wanted.kind });
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${sentence.replaceAll(/\s*\n\s*/g, " ")}\n`);
    return 2;
  }
}

type Wanted = Omit<ValidationOptions, "kind"> & { readonly kind: NativeKind | "module" };

async function readWanted(plugin: string, flags: ValidateFlags): Promise<Wanted> {
  const { file, kind, requests, settings } = await findTarget(plugin);
  if (kind === null) {
    const kinds = "a library (.so, .dylib, .dll), an addon (.node) or a module (.ts, .js, .mjs)";
    throw new UsageError(`${file}: a plugin is ${kinds}`);
  }
  const given: readonly JobRequest[] = flags.request.map(parseRequest);
  return {
    file,
    kind,
    requests: given.length > 0 ? given : requests,
    settings: flags.settings === undefined ? settings : await settingsFrom(flags.settings),
    seed: flags.seed === undefined ? randomInt(2 ** 31) : wholeNumber("--seed", flags.seed),
    timeoutMs: wholeNumber("--timeout", flags.timeout) * 1_000,
    only: flags.reproduce === undefined ? null : [flags.reproduce],
  };
}

async function run(
  plugin: string,
  flags: ValidateFlags,
  options: ValidationOptions,
): Promise<number> {
  requireAddon();
  const isQuiet = flags.json === true;
  const tell = (text: string): boolean => isQuiet || process.stdout.write(text);
  tell(`${options.file}, seed ${options.seed}\n`);
  const asked = flags.reproduce === undefined ? null : findCase(flags.reproduce, options.kind);
  const validation =
    asked === null || asked.lives.length > 1
      ? await validatePlugin({ ...options, onResult: (result) => tell(caseText(result)) })
      : await again(asked, options);
  if (asked !== null && asked.lives.length === 1)
    validation.cases.forEach((each) => tell(caseText(each)));
  tell(summaryText(validation, plugin));
  if (isQuiet) process.stdout.write(validationJson(validation));
  return validation.isValid ? 0 : 1;
}

async function again(one: (typeof cases)[number], options: ValidationOptions): Promise<Validation> {
  const { file, kind, requests, settings, seed } = options;
  const result = await reproduce(one, { file, kind, requests, settings, seed });
  return { file, seed, isValid: result.outcome !== "failed", cases: [result] };
}

function findCase(name: string, kind: NativeKind): (typeof cases)[number] {
  const found = cases.find((one) => one.name === name && one.kinds.includes(kind));
  if (found !== undefined) return found;
  const names = cases.filter(({ kinds }) => kinds.includes(kind)).map((one) => one.name);
  throw new UsageError(`there is no case "${name}" for this plugin; there are ${names.join(", ")}`);
}

async function settingsFrom(file: string): Promise<Readonly<Record<string, JsonObject>>> {
  let value: unknown;
  try {
    value = parseCommentedJson(await readFile(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the settings ${file} cannot be read: ${why}`);
  }
  return readSettings(value, file);
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32 && text !== "") return value;
  throw new UsageError(`${flag} is a whole number, not "${text}"`);
}
