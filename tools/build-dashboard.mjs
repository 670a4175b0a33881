// Builds the dashboard, a page of the REST interface, into dist/dashboard/. --unless-current: not if
// the one that is there was made of the same sources by the same tools.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const requireFromRoot = createRequire(join(root, "package.json"));
const sources = join(root, "src/dashboard");
const target = join(root, "dist/dashboard");
const mark = "made-of";

/** Browsers that know `light-dark()`, nesting and `@container`: all of 2024 and later. */
const browsers = ["chrome123", "firefox121", "safari17.5"];

process.exitCode = await buildDashboard(process.argv.includes("--unless-current"));

/** Returns the exit code. `prepare` also runs where development dependencies are absent: no error. */
async function buildDashboard(isPrepare) {
  const tools = ["vite", "preact"].map(versionOf);
  if (tools.includes(null)) {
    console.error("build-dashboard: vite or preact is not installed, nothing built");
    return isPrepare ? 0 : 1;
  }
  const wanted = digest(tools);
  if (isPrepare && wanted === current()) return 0;
  // Beside the old one, and then in its place: two that build at once do not meet.
  const made = join(root, `dist/.dashboard-${process.pid}`);
  try {
    mkdirSync(join(root, "dist"), { recursive: true });
    const { build } = await import("vite");
    await build(settings(made));
    writeFileSync(join(made, mark), wanted);
    swap(made);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return 0;
}

function settings(outDir) {
  return {
    configFile: false,
    root: sources,
    // Relative: the host may stand behind a proxy, under a path.
    base: "./",
    logLevel: "error",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir,
      emptyOutDir: true,
      target: browsers,
      // As files, all of them: the Content-Security-Policy allows no data URL.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  };
}

/** Where another one was quicker, its result is as good. */
function swap(made) {
  const old = join(root, `dist/.dashboard-${process.pid}-old`);
  try {
    if (existsSync(target)) renameSync(target, old);
    renameSync(made, target);
  } catch (error) {
    if (!existsSync(join(target, mark))) throw error;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

function current() {
  const file = join(target, mark);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

/** Of contents, not of times: a checkout has its own. */
function digest(tools) {
  const hash = createHash("sha256").update(tools.join("\n"));
  const files = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...files.toSorted(), fileURLToPath(import.meta.url)]) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function versionOf(name) {
  try {
    return `${name}@${requireFromRoot(`${name}/package.json`).version}`;
  } catch {
    return null; // Not installed: the caller says so.
  }
}
