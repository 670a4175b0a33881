// One line for the C compiler; the environment's CC names another one.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { include } from "baton-jobs/native";

const compiler = process.env.CC ?? "cc";
const flags = "-std=c99 -pedantic -Wall -Wextra -O2 -fPIC -shared -fvisibility=hidden";
const files = ["-I", include, "-o", "build/Release/{{name}}.so", "src/plugin.c"];

mkdirSync("build/Release", { recursive: true });
const run = spawnSync(compiler, [...flags.split(" "), ...files], { stdio: "inherit" });
if (run.error) {
  console.error(
    `${compiler} cannot be run (${run.error.code}): install a C compiler, or name one with CC`,
  );
}
process.exitCode = run.status ?? 1;
