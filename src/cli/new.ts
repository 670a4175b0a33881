import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { nearest } from "./nearest.ts";

/** The folders that a template is made of, below tools/templates/. */
const templates: Readonly<Record<string, readonly string[]>> = {
  ts: ["ts"],
  c: ["native", "c"],
  cpp: ["native", "cxx", "cpp"],
  addon: ["native", "cxx", "addon"],
};

/** A name goes into paths, routes and logs: as for every plugin. */
const namePattern = /^[a-z][a-z0-9-]{0,63}$/;

/** Names that a host refuses, or whose route it has itself. */
const taken = new Set(["host", "jobs", "baton", "baton-jobs"]);

interface NewFlags {
  readonly template: string;
  readonly directory?: string;
  readonly baton?: string;
}

/** The command `new`. `version` is that of this package, on which a plugin will depend. */
export function addNew(program: Command, version: string): void {
  const names = Object.keys(templates).join(", ");
  program
    .command("new")
    .description("make the folder of a new plugin, with a test")
    .argument("<name>", "the plugin's name: lower-case letters, digits and dashes")
    .option("--template <template>", `what it is written in: ${names}`, "ts")
    .option("--directory <folder>", "where it is made; default: a folder of that name, here")
    .option("--baton <spec>", "the version of baton-jobs it depends on, or a tarball")
    .action(async (name: string, flags: NewFlags) => {
      const sentence = await makePlugin(name, flags, version);
      if (sentence === null) return;
      process.stderr.write(`${sentence}\n`);
      process.exitCode = 1;
    });
}

/** Makes the folder; null: it is made, otherwise the sentence why not. */
async function makePlugin(name: string, flags: NewFlags, version: string): Promise<string | null> {
  const folder = resolve(flags.directory ?? name);
  const refusal = wordRefusal(name, flags) ?? (await folderRefusal(folder));
  if (refusal !== null) return refusal;
  const words = { name, baton: specOf(flags.baton ?? `^${version}`, folder) };
  try {
    for (const part of templates[flags.template] ?? []) await instantiate(part, folder, words);
  } catch (error) {
    return `The folder ${folder} cannot be written (${codeOf(error)}); name another with --directory.`;
  }
  const shown = relative(process.cwd(), folder) || ".";
  process.stdout.write(
    `${name} is made. Try it:\n  cd ${shown}\n  npm install\n  npm test\n  npm start\n`,
  );
  return null;
}

/** A tarball or a folder that is there is named as seen from the plugin's folder. */
function specOf(spec: string, folder: string): string {
  const place = resolve(spec.replace(/^file:/, ""));
  return existsSync(place) ? `file:${relative(folder, place).replaceAll("\\", "/")}` : spec;
}

function wordRefusal(name: string, flags: NewFlags): string | null {
  return nameRefusal(name) ?? templateRefusal(flags.template) ?? batonRefusal(flags.baton);
}

function nameRefusal(name: string): string | null {
  if (taken.has(name)) {
    return `A plugin cannot be named "${name}": that is a name of the host's; choose another.`;
  }
  if (namePattern.test(name)) return null;
  const tamed = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 64);
  const hint = namePattern.test(tamed) && !taken.has(tamed) ? `, such as "${tamed}"` : "";
  const rule = "begins with a lower-case letter and has only those, digits and dashes, 64 at most";
  return `A plugin cannot be named ${JSON.stringify(name)}: choose a name that ${rule}${hint}.`;
}

function templateRefusal(template: string): string | null {
  const names = Object.keys(templates);
  if (names.includes(template)) return null;
  const meant = nearest(template, names);
  const hint = meant === null ? `choose one of ${names.join(", ")}.` : `did you mean "${meant}"?`;
  return `There is no template ${JSON.stringify(template)}; ${hint}`;
}

/** A tarball that is not there would only be missed by the npm of whoever installs. */
function batonRefusal(spec: string | undefined): string | null {
  if (spec === undefined || /^https?:/.test(spec) || !/\.(tgz|tar\.gz)$/.test(spec)) return null;
  const place = resolve(spec.replace(/^file:/, ""));
  return existsSync(place) ? null : `There is no file ${place}, which --baton names.`;
}

async function folderRefusal(folder: string): Promise<string | null> {
  try {
    const inside = await readdir(folder);
    if (inside.length === 0) return null;
    return `The folder ${folder} is not empty, and nothing is overwritten; name another with --directory.`;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return null;
    return `The folder ${folder} cannot be used (${code}); name another with --directory.`;
  }
}

/** Writes each file of a template with its words in place; one that is there is an error. */
async function instantiate(
  part: string,
  folder: string,
  words: Readonly<Record<string, string>>,
): Promise<void> {
  // Two folders up both from src/ and from dist/.
  const source = fileURLToPath(new URL(`../../tools/templates/${part}`, import.meta.url));
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const from = join(entry.parentPath, entry.name);
    // npm leaves files out of a package that are named .gitignore.
    const to = join(folder, relative(source, from).replace(/^gitignore$/, ".gitignore"));
    const text = await readFile(from, "utf8");
    await mkdir(dirname(to), { recursive: true });
    const filled = text.replaceAll(/\{\{(\w+)\}\}/g, (all, word: string) => words[word] ?? all);
    await writeFile(to, filled, { flag: "wx" });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
