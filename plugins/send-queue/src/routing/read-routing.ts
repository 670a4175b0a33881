import type { RepushPolicy } from "../queue/item.ts";
import type { FolderSettings } from "../receive/folder/folder-settings.ts";
import { patternOf, type Rule, type Trait } from "./rule.ts";
import type { FolderGiven, RuleGiven } from "./routing-schema.ts";

/** What comes in, and where it goes by itself. */
export interface Routing {
  readonly rules: readonly Rule[];
  readonly folders: readonly FolderSettings[];
  /** What becomes of what a destination was sent before, if nobody has asked for it. */
  readonly policyOf: (destination: string) => RepushPolicy;
}

/** What the settings say of it. */
export interface RoutingGiven {
  readonly Rules?: readonly RuleGiven[];
  readonly Folders?: Readonly<Record<string, FolderGiven>>;
  readonly Defaults?: { readonly RepushPolicy?: RepushPolicy };
  readonly Destinations?: Readonly<Record<string, { readonly RepushPolicy?: RepushPolicy }>>;
}

/** Applies the defaults. */
export function readRouting(given: RoutingGiven): Routing {
  const { Rules, Folders, Defaults, Destinations } = given;
  return {
    rules: (Rules ?? []).map((rule) => ruleOf(rule)),
    folders: Object.entries(Folders ?? {}).map(([name, folder]) => folderOf(name, folder)),
    policyOf: (destination) =>
      Destinations?.[destination]?.RepushPolicy ?? Defaults?.RepushPolicy ?? "updates-only",
  };
}

/** The destinations that rules and folders name, and where they are named. */
export function namedDestinations({
  Rules = [],
  Folders = {},
}: RoutingGiven): ReadonlyMap<string, string> {
  const ofRules = Rules.flatMap(({ To }, index) =>
    To.map((name) => [name, `SendQueue.Rules.${index}.To`] as const),
  );
  const ofFolders = Object.entries(Folders).flatMap(([folder, { To = [] }]) =>
    To.map((name) => [name, `SendQueue.Folders.${folder}.To`] as const),
  );
  return new Map([...ofRules, ...ofFolders]);
}

function ruleOf({ When = {}, To, Priority = 0, Last = false }: RuleGiven): Rule {
  const when = (Object.entries(When) as [Trait, string | readonly string[] | undefined][]).flatMap(
    ([trait, patterns]) => {
      if (patterns === undefined) return [];
      const texts = typeof patterns === "string" ? [patterns] : patterns;
      return [[trait, texts.map((text) => patternOf(text))] as const];
    },
  );
  return { when: new Map(when), to: To, priority: Priority, isLast: Last };
}

function folderOf(name: string, given: FolderGiven): FolderSettings {
  return {
    name,
    path: given.Path,
    to: given.To ?? null,
    done: given.Done ?? "remove",
    stableMs: (given.StableSeconds ?? 2) * 1_000,
    rejectMs: (given.RejectSeconds ?? 60) * 1_000,
    scanMs: (given.ScanSeconds ?? 5) * 1_000,
  };
}
