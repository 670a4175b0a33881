import type { Panel, PanelAction, PanelCard, PanelFact, PanelSection } from "../wire.ts";

/** A panel as a plugin has sent it; null: it is none. What is odd in it is left out. */
export function panelFrom(json: unknown): Panel | null {
  if (!isObject(json) || !Array.isArray(json["sections"])) return null;
  return { sections: listOf(json["sections"], sectionFrom) };
}

function sectionFrom(json: unknown): PanelSection | null {
  if (!isObject(json) || typeof json["title"] !== "string") return null;
  return {
    title: json["title"],
    ...texts(json, ["note", "empty"]),
    actions: listOf(json["actions"], actionFrom),
    cards: listOf(json["cards"], cardFrom),
  };
}

const tones: ReadonlySet<unknown> = new Set(["plain", "good", "waiting", "trouble"]);

function cardFrom(json: unknown): PanelCard | null {
  if (!isObject(json) || typeof json["title"] !== "string") return null;
  const { progress, tone } = json;
  const isPart = typeof progress === "number" && progress >= 0 && progress <= 1;
  return {
    title: json["title"],
    ...texts(json, ["id", "state", "note"]),
    ...(tones.has(tone) && { tone: tone as NonNullable<PanelCard["tone"]> }),
    ...(isPart && { progress }),
    facts: listOf(json["facts"], factFrom),
    actions: listOf(json["actions"], actionFrom),
  };
}

/** No date is further from 1970; milliseconds. */
const farthestTime = 8.64e15;

const units: ReadonlySet<unknown> = new Set(["bytes", "time", "per-second"]);

function factFrom(json: unknown): PanelFact | null {
  if (!isObject(json) || typeof json["name"] !== "string") return null;
  const { name, value, unit } = json;
  return {
    name,
    value: isShown(value, unit) ? value : null,
    ...(units.has(unit) && { unit: unit as NonNullable<PanelFact["unit"]> }),
  };
}

/** A time that is none would throw where it is drawn, and take the page with it. */
function isShown(value: unknown, unit: unknown): value is string | number {
  if (typeof value !== "number") return typeof value === "string";
  return unit !== "time" || Math.abs(value) <= farthestTime;
}

const methods: ReadonlySet<unknown> = new Set(["POST", "PUT", "DELETE"]);

function actionFrom(json: unknown): PanelAction | null {
  if (!isObject(json)) return null;
  const { label, method, path, body } = json;
  if (typeof label !== "string" || typeof path !== "string" || !methods.has(method)) {
    return null;
  }
  return {
    label,
    method: method as PanelAction["method"],
    path,
    ...(body !== undefined && { body: body as NonNullable<PanelAction["body"]> }),
    ...texts(json, ["confirm"]),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (json: unknown): json is Fields =>
  typeof json === "object" && json !== null && !Array.isArray(json);

function listOf<Part>(json: unknown, read: (part: unknown) => Part | null): readonly Part[] {
  if (!Array.isArray(json)) return [];
  return json.map(read).filter((part) => part !== null);
}

/** Those of the fields that are texts. */
function texts<Name extends string>(
  json: Fields,
  names: readonly Name[],
): { readonly [Each in Name]?: string } {
  const found: { [Each in Name]?: string } = {};
  for (const name of names) {
    const value = json[name];
    if (typeof value === "string") found[name] = value;
  }
  return found;
}
