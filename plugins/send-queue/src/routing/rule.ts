import { tag, type Instance } from "../part10/part10.ts";
import type { Origin } from "./origin.ts";

/** What a rule may ask for that stands in the data set. */
const tags = {
  Modality: tag.modality,
  Manufacturer: tag.manufacturer,
  InstitutionName: tag.institution,
  StationName: tag.station,
  StudyDescription: tag.studyDescription,
  SeriesDescription: tag.seriesDescription,
  BodyPartExamined: tag.bodyPart,
  ProtocolName: tag.protocol,
} as const;

/** What else it may ask for. */
const others = {
  SopClass: ({ sopClass }: Instance) => sopClass,
  TransferSyntax: ({ transferSyntax }: Instance) => transferSyntax,
  CalledAet: (_: Instance, { calledAet }: Origin) => calledAet,
  CallingAet: (_: Instance, { callingAet }: Origin) => callingAet,
  Source: (_: Instance, { source }: Origin) => source,
  Folder: (_: Instance, { folder }: Origin) => folder,
} as const;

export type Trait = keyof typeof tags | keyof typeof others;

export const traits = [...Object.keys(others), ...Object.keys(tags)] as readonly Trait[];

/** Where an instance goes that has all of these traits. */
export interface Rule {
  /** Of each trait, patterns of which one must fit. */
  readonly when: ReadonlyMap<Trait, readonly RegExp[]>;
  readonly to: readonly string[];
  readonly priority: number;
  /** The rules after it are not asked. */
  readonly isLast: boolean;
}

/** The tags of which the rules ask: no others need be read. */
export function tagsOf(rules: readonly Rule[]): readonly number[] {
  const asked = new Set(rules.flatMap(({ when }) => [...when.keys()]));
  return [...asked].filter((trait) => isTag(trait)).map((trait) => tags[trait]);
}

/** `*` is any text, `?` any one character; capitals do not matter. */
export function patternOf(text: string): RegExp {
  const escaped = text.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "is");
}

/** Null: no rule fits. Else where it goes, perhaps nowhere, and with which priority. */
export function routesOf(
  rules: readonly Rule[],
  instance: Instance,
  origin: Origin,
): ReadonlyMap<string, number> | null {
  const routes = new Map<string, number>();
  let isMatched = false;
  for (const { when, to, priority, isLast } of rules) {
    const fits = [...when].every(([trait, patterns]) => {
      const value = valueOf(trait, instance, origin);
      return patterns.some((pattern) => pattern.test(value));
    });
    if (!fits) continue;
    isMatched = true;
    for (const name of to) routes.set(name, Math.max(priority, routes.get(name) ?? priority));
    if (isLast) break;
  }
  return isMatched ? routes : null;
}

/** What is not there is empty. */
function valueOf(trait: Trait, instance: Instance, origin: Origin): string {
  return isTag(trait) ? (instance.values.get(tags[trait]) ?? "") : others[trait](instance, origin);
}

const isTag = (trait: Trait): trait is keyof typeof tags => Object.hasOwn(tags, trait);
