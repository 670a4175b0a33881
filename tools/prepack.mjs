// Makes what the package holds beside its sources: dist/ with the dashboard, and the host addon for this platform in
// prebuilds/. Those of other platforms, which a release has put there, stay.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePackage } from "./bundle.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const built = join(root, "build/Release/baton_host.node");
const prebuild = join(root, `prebuilds/${process.platform}-${process.arch}/baton_host.node`);

await compile();
run(process.execPath, [join(root, "tools/build-dashboard.mjs")]);
run(process.execPath, [join(root, "tools/build-addon.mjs"), "--unless-current"]);
mkdirSync(dirname(prebuild), { recursive: true });
copyFileSync(built, prebuild);
strip(prebuild);

/** From nothing: a file whose source is gone must not be shipped. */
async function compile() {
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
  const compiler = join(dirname(typescript), "bin/tsc");
  run(process.execPath, [compiler, "-p", join(root, "tsconfig.json"), "--emitDeclarationOnly"]);
  await bundlePackage(dist);
  // Its code is in ours.
  copyFileSync(
    new URL("../license", import.meta.resolve("typebox")),
    join(dist, "LICENSE-typebox"),
  );
}

/** Symbols are most of its size, and of no use to who installs it. */
function strip(file) {
  if (process.platform === "linux") run("strip", ["--strip-unneeded", file]);
  if (process.platform === "darwin") run("strip", ["-x", file]);
}

function run(command, parameters) {
  // To stderr: what npm pack prints on stdout is read by programs.
  const { status, error } = spawnSync(command, parameters, { cwd: root, stdio: [0, 2, 2] });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
