import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** A page of the documentation. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Everything that is written for readers: at the root, below docs/, and beside code. */
export function pages(): readonly Page[] {
  const patterns = ["*.md", "docs/**/*.md", "bench/*.md", "plugins/*/*.md"];
  return globSync(patterns, { cwd: root })
    .toSorted()
    .map((path) => page(path));
}

/** `path` is from the root of the repository. */
export function page(path: string): Page {
  return { path, text: readFileSync(join(root, path), "utf8") };
}

/** The code blocks of one language, in order. */
export function codeBlocks({ text }: Page, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return [...text.matchAll(fence)].map(([, code]) => code ?? "");
}

/** The files that a page has its reader write: what stands in blocks with a file's name, joined. */
export function namedFiles({ text }: Page): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [, name = "", code = ""] of text.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)) {
    const before = files.get(name);
    files.set(name, before === undefined ? code : `${before}\n${code}`);
  }
  return files;
}

/** The text without its code blocks, in which what looks like a heading or a link is none. */
export function prose({ text }: Page): string {
  return text.replaceAll(/^```.*?^```$/gms, "");
}

/** The part between a heading of level two and the next one. */
export function section(of: Page, heading: string): string {
  const parts = prose(of).split(/^## /m);
  const found = parts.find((part) => part.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`${of.path} has no heading "## ${heading}"`);
  return found;
}
