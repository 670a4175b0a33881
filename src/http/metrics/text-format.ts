/** One line of Prometheus' text format 0.0.4, and whose figures it is about. */
export type Line =
  | { readonly kind: "none" }
  | { readonly kind: "HELP" | "TYPE" | "sample"; readonly name: string };

const name = String.raw`[A-Za-z_:][\w:]*`;
const labelName = String.raw`[A-Za-z_]\w*`;
const quoted = String.raw`"[^"\\]*(?:\\["\\n][^"\\]*)*"`;
const labels = String.raw`(?:\{((?: *${labelName}=${quoted} *(?:,|(?=\})))*) *\})?`;
const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;

const sample = new RegExp(String.raw`^(${name})${labels} (?:NaN|[-+]?Inf|(${number}))$`);
const label = new RegExp(`(${labelName})=${quoted}`, "g");

/** Scrapers know these two words with any blanks before and after them. */
const isTold = /^#[ \t]*(?:HELP|TYPE)(?:[ \t]|$)/;
const help = new RegExp(String.raw`^# (HELP) (${name})(?: [^\\]*(?:\\[\\n][^\\]*)*)?$`);
const type = new RegExp(`^# (TYPE) (${name}) (?:counter|gauge|histogram|summary|untyped)$`);

/** Null: it is no line of the format, and a scraper may refuse all figures for it. */
export function lineOf(text: string): Line | null {
  if (text === "") return { kind: "none" };
  if (text.startsWith("#")) return commentOf(text);
  const [, found, given = "", value] = sample.exec(text) ?? [];
  if (found === undefined) return null;
  const names = Array.from(given.matchAll(label), ([, each]) => each);
  const areFine = new Set(names).size === names.length && !names.includes("__name__");
  // A number that is too large for a scraper is refused as one that is none.
  const isNumber = value === undefined || Number.isFinite(Number(value));
  return areFine && isNumber ? { kind: "sample", name: found } : null;
}

function commentOf(text: string): Line | null {
  if (!isTold.test(text)) return /[\r\n]/.test(text) ? null : { kind: "none" };
  const [, kind, found] = help.exec(text) ?? type.exec(text) ?? [];
  return found === undefined ? null : { kind: kind === "HELP" ? "HELP" : "TYPE", name: found };
}
