// Makes JavaScript of our TypeScript, in few files, with typebox in it: each module that Node.js loads costs memory and
// time beside what it says (docs/decisions/0026-what-is-published-is-few-files.md).
import { extname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown, type Plugin } from "rolldown";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The doors of the package, and its command. */
const doors = [
  "index.ts",
  "sdk.ts",
  "progress.ts",
  "testing/index.ts",
  "native.ts",
  "cli/baton.ts",
];

/** It is two thirds of all modules; what else is used of npm stays a package of its own. */
const takenIn = /^typebox($|\/)/;

/** A file that is started by its URL, as a thread or a process: a part of the package that nobody imports. */
const started = /new URL\(\s*`([^`$]+)\$\{extname\(/g;

/** Stands for the place of a module until it is known which file it has come into. */
const mark = "place-of:";
const marked = /place-of:([\w/-]+)/g;

/** Writes the code of the package `baton-jobs` into the folder `output`. */
export const bundlePackage = (output: string): Promise<void> =>
  bundle({ folder: join(root, "src"), entries: doors, output });

/** Writes that of a plugin in TypeScript, with what it takes of our SDK. `folder`: that of its src/index.ts. */
export const bundlePlugin = (folder: string, output: string): Promise<void> =>
  bundle({ folder: join(folder, "src"), entries: ["index.ts"], output });

interface Bundle {
  readonly folder: string;
  readonly entries: readonly string[];
  readonly output: string;
}

/**
 * Each entry, and each file that is started by its URL, has in `output` the place that it has below `folder`; what they
 * share stands in `shared/`. `import.meta.url` says in each module what it would if that were a file of its own.
 */
async function bundle({ folder, entries, output }: Bundle): Promise<void> {
  const built = await rolldown({
    input: Object.fromEntries(entries.map((file) => [withoutEnd(file), join(folder, file)])),
    platform: "node",
    tsconfig: false,
    external: (id) => id.startsWith("node:") || (isPackage(id) && !takenIn.test(id)),
    plugins: [placesOf(folder)],
    onLog(level, { message }) {
      if (level === "warn") throw new Error(message);
    },
  });
  await built.write({
    dir: output,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "shared/[name]-[hash].js",
  });
  await built.close();
}

function placesOf(folder: string): Plugin {
  return {
    name: "baton-places",
    transform(code, id) {
      if (!id.startsWith(join(folder, sep))) return null;
      const name = withoutEnd(relative(folder, id).split(sep).join("/"));
      for (const [, place = ""] of code.matchAll(started)) {
        const file = posix.join(posix.dirname(name), place);
        this.emitFile({
          type: "chunk",
          id: join(folder, file + extname(id)),
          fileName: `${file}.js`,
        });
      }
      const own = `new URL("${mark}${name}", import.meta.url).href`;
      return code.replaceAll("import.meta.url", own);
    },
    renderChunk(code, { fileName }) {
      const from = posix.dirname(fileName);
      return code.replaceAll(marked, (_, name: string) => `./${posix.relative(from, name)}.js`);
    },
  };
}

const withoutEnd = (file: string): string => file.slice(0, -extname(file).length);

const isPackage = (id: string): boolean => /^[@a-z]/i.test(id);
