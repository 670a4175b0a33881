import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { HostOptions, PluginEntry, WebhookEvent } from "../index.ts";
import type { JsonObject } from "../ports/job.ts";
import { AccountsError, readAccounts } from "./accounts-file.ts";
import {
  doorKeys,
  doorOptions,
  doorWords,
  usersFile,
  withAccounts,
  type DoorSettings,
} from "./door-config.ts";
import { parseCommentedJson } from "./json-text.ts";
import { nearest } from "./nearest.ts";

/** What a configuration comes to: options for a host, or one sentence why not. */
export type Config =
  | { readonly kind: "read"; readonly options: HostOptions; readonly usersFile: UsersFile }
  | { readonly kind: "refused"; readonly sentence: string };

/** Where users and tokens stand besides. */
type UsersFile = ReturnType<typeof usersFile>;

/** Where a configuration stands; `file` is named in sentences, `folder` is what paths start from. */
export interface ConfigPlace {
  readonly file: string;
  readonly folder: string;
  /** False: do not read the saved jobs back. */
  readonly loadJobs: boolean;
}

/** A plugin with where it runs. */
const pluginEntry = Type.Object(
  {
    Path: Type.String({ minLength: 1 }),
    Isolation: Type.Optional(
      Type.Union([Type.Literal("none"), Type.Literal("thread"), Type.Literal("process")]),
    ),
    HeapLimit: Type.Optional(Type.Integer({ minimum: 16, maximum: 1_048_576 })),
  },
  { additionalProperties: false },
);

/** Somebody who is told of jobs. What a value may be beyond its type, the host says. */
const webhook = Type.Object(
  {
    Url: Type.String({ minLength: 1 }),
    Events: Type.Optional(Type.Array(Type.String())),
    Types: Type.Optional(Type.Array(Type.String())),
    Secret: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
);

/** Every key, with what a value may be. */
const keys = {
  ConcurrentJobs: Type.Integer({ minimum: 0, maximum: 64 }),
  LimitJobs: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
  MaxPayloads: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
  LimitPerType: Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  LimitPerKey: Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  JobsHistorySize: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  FailedJobsHistorySize: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  FailedJobsMaxAge: Type.Number({ minimum: 0, maximum: 36_500 }),
  SaveJobs: Type.Boolean(),
  Plugins: Type.Array(Type.Union([Type.String({ minLength: 1 }), pluginEntry])),
  HttpPort: Type.Integer({ minimum: 0, maximum: 65_535 }),
  ...doorKeys,
  IndexDirectory: Type.String({ minLength: 1 }),
  Durability: Type.Union([Type.Literal("full"), Type.Literal("process")]),
  DrainTimeout: Type.Number({ minimum: 0, maximum: 86_400 }),
  Webhooks: Type.Array(webhook),
  SubmitWait: Type.Number({ minimum: 0, maximum: 3_600 }),
  PluginSettings: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
};

/** The same in words, for the sentence of a refusal. */
const allowed = {
  ConcurrentJobs: "a whole number from 0 (one a core) to 64",
  LimitJobs: "a whole number from 0 (no bound) to 1000000000",
  MaxPayloads: "a whole number from 0 (no bound) to 1000000000",
  LimitPerType: "an object with a whole number from 0 (no limit) to 1000000 for each type",
  LimitPerKey: "an object with a whole number from 0 (no limit) to 1000000 for each key",
  JobsHistorySize: "a whole number from 0 to 1000000",
  FailedJobsHistorySize: "a whole number from 0 to 1000000",
  FailedJobsMaxAge: "a number of days from 0 (for ever) to 36500",
  SaveJobs: "true or false",
  Plugins: "a list of paths of files or folders, or of objects with Path, Isolation and HeapLimit",
  HttpPort: "a whole number from 0 (any free port) to 65535",
  ...doorWords,
  IndexDirectory: "the path of a folder",
  Durability: '"full" or "process"',
  DrainTimeout: "a number of seconds from 0 to 86400",
  Webhooks: "a list of objects with Url, Events, Types and Secret",
  SubmitWait: "a number of seconds from 0 to 3600",
  PluginSettings: "an object with one object for each plugin's name",
} as const satisfies Record<keyof typeof keys, string>;

type Settings = Partial<Type.Static<Type.TObject<typeof keys>>> & DoorSettings;

/** Longest value that is repeated in a sentence, in characters. */
const longestValue = 60;

/**
 * Reads a configuration file, and that of its users; null: none, everything has its default, paths
 * start from here.
 */
export async function readConfig(file: string | null, loadJobs: boolean): Promise<Config> {
  const config = await readConfigAlone(file, loadJobs);
  return config.kind === "refused" ? config : withUsers(config);
}

async function withUsers(config: Extract<Config, { readonly kind: "read" }>): Promise<Config> {
  const { path, isNamed } = config.usersFile;
  try {
    const accounts = await readAccounts(path);
    if (accounts === null) {
      const why = `The file ${path}, which "UsersFile" names, is not there; "baton user add" makes it.`;
      return isNamed ? refused(why) : config;
    }
    const http = withAccounts(config.options.http ?? {}, accounts, path);
    if (typeof http === "string") return refused(http);
    return { ...config, options: { ...config.options, http } };
  } catch (error) {
    if (error instanceof AccountsError) return refused(error.message);
    throw error;
  }
}

/** As readConfig, without the users of their file. */
export async function readConfigAlone(file: string | null, loadJobs: boolean): Promise<Config> {
  if (file === null) {
    return decodeConfig({}, { file: "the defaults", folder: process.cwd(), loadJobs });
  }
  const path = resolve(file);
  let text: string;
  try {
    text = new TextDecoder().decode(await readFile(path));
  } catch (error) {
    return refused(`The configuration file ${path} cannot be read (${codeOf(error)}).`);
  }
  let json: unknown;
  try {
    json = parseCommentedJson(text);
  } catch (error) {
    const why = String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, " ");
    return refused(`The configuration file ${path} is not JSON: ${why}.`);
  }
  return decodeConfig(json, { file: path, folder: dirname(path), loadJobs });
}

/** Decodes a configuration with Orthanc's names. Pure: it touches no file. */
export function decodeConfig(json: unknown, place: ConfigPlace): Config {
  if (!isObject(json)) {
    return refused(`${place.file} must hold a JSON object; it holds ${shorten(json)}.`);
  }
  for (const [key, value] of Object.entries(json)) {
    const sentence = problem(key, value, place.file);
    if (sentence !== null) return refused(sentence);
  }
  return {
    kind: "read",
    options: hostOptions(json, place),
    usersFile: usersFile(json, place.folder),
  };
}

function problem(key: string, value: unknown, file: string): string | null {
  if (!isKey(key)) {
    const meant = nearest(key, Object.keys(keys));
    const hint =
      meant === null ? "docs/configuration.md lists the keys" : `did you mean "${meant}"`;
    return `${file} has the unknown key ${JSON.stringify(key)}; ${hint}${meant === null ? "." : "?"}`;
  }
  if (Value.Check(keys[key], value)) return null;
  // What is wrong in it may stand beside a secret.
  const shown = key === "Webhooks" ? "not what it may be" : shorten(value);
  return `${file}: "${key}" is ${shown}; allowed is ${allowed[key]}.`;
}

function hostOptions(settings: Settings, place: ConfigPlace): HostOptions {
  const { ConcurrentJobs, DrainTimeout, SubmitWait, PluginSettings } = settings;
  return {
    store: storeOf(settings, place),
    http: { port: settings.HttpPort ?? 8042, ...doorOptions(settings, place.folder) },
    plugins: (settings.Plugins ?? []).map((plugin) => pluginOf(plugin, place)),
    ...webhooksOf(settings),
    ...(ConcurrentJobs === undefined ? {} : { concurrentJobs: ConcurrentJobs }),
    ...historyOf(settings),
    ...limitsOf(settings),
    ...(SubmitWait === undefined ? {} : { submitWaitMs: Math.round(SubmitWait * 1000) }),
    ...(DrainTimeout === undefined ? {} : { drainTimeoutMs: Math.round(DrainTimeout * 1000) }),
    ...(PluginSettings === undefined
      ? {}
      : { pluginSettings: PluginSettings as Readonly<Record<string, JsonObject>> }),
  };
}

const dayMs = 86_400_000;

function historyOf(settings: Settings): Partial<HostOptions> {
  const { JobsHistorySize, FailedJobsHistorySize, FailedJobsMaxAge: days } = settings;
  return {
    ...(JobsHistorySize === undefined ? {} : { historySize: JobsHistorySize }),
    ...(FailedJobsHistorySize === undefined ? {} : { failedHistorySize: FailedJobsHistorySize }),
    ...(days === undefined ? {} : { failedMaxAgeMs: Math.round(days * dayMs) }),
  };
}

function limitsOf(settings: Settings): HostOptions {
  const { LimitJobs, MaxPayloads, LimitPerType, LimitPerKey } = settings;
  return {
    ...(LimitJobs === undefined ? {} : { limitJobs: LimitJobs }),
    ...(MaxPayloads === undefined ? {} : { maxPayloads: MaxPayloads }),
    ...(LimitPerType === undefined ? {} : { limitPerType: LimitPerType }),
    ...(LimitPerKey === undefined ? {} : { limitPerKey: LimitPerKey }),
  };
}

function pluginOf(
  plugin: NonNullable<Settings["Plugins"]>[number],
  { folder }: ConfigPlace,
): string | PluginEntry {
  if (typeof plugin === "string") return resolve(folder, plugin);
  const { Path, Isolation, HeapLimit } = plugin;
  return {
    path: resolve(folder, Path),
    ...(Isolation === undefined ? {} : { isolation: Isolation }),
    ...(HeapLimit === undefined ? {} : { heapLimitMb: HeapLimit }),
  };
}

function webhooksOf({ Webhooks }: Settings): HostOptions {
  if (Webhooks === undefined) return {};
  const webhooks = Webhooks.map(({ Url, Events, Types, Secret }) => ({
    url: Url,
    ...(Events === undefined ? {} : { events: Events as readonly WebhookEvent[] }),
    ...(Types === undefined ? {} : { types: Types }),
    ...(Secret === undefined ? {} : { secret: Secret }),
  }));
  return { webhooks };
}

function storeOf(settings: Settings, place: ConfigPlace): NonNullable<HostOptions["store"]> {
  if (settings.SaveJobs === false) return { kind: "memory" };
  const folder = resolve(place.folder, settings.IndexDirectory ?? "BatonStorage");
  return {
    kind: "sqlite",
    path: join(folder, "baton.db"),
    load: place.loadJobs,
    ...(settings.Durability === undefined ? {} : { durability: settings.Durability }),
  };
}

function refused(sentence: string): Config {
  return { kind: "refused", sentence };
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function isKey(key: string): key is keyof typeof keys {
  return Object.hasOwn(keys, key);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
