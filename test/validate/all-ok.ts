import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { cases } from "../../src/validate/cases.ts";
import { findTarget } from "../../src/validate/target.ts";
import { validatePlugin, type Validation } from "../../src/validate/validate-plugin.ts";

/** Every case was run, made jobs where it is about jobs, and nothing was found. */
export function assertAllOk(validation: Validation, kind: "library" | "addon"): void {
  const wanted = cases.filter(({ kinds }) => kinds.includes(kind));
  assert.deepEqual(
    validation.cases.map(({ name, outcome }) => `${name}: ${outcome}`),
    wanted.map(({ name }) => `${name}: ok`),
    JSON.stringify(validation, null, 1),
  );
  for (const { name, created } of validation.cases) {
    const isRefused = name === "refused-creates";
    const needsJobs = wanted.find((one) => one.name === name)?.needsJobs === true;
    assert.equal(created > 0 || isRefused || !needsJobs, true, name);
  }
  assert.equal(validation.isValid, true);
}

/** Set by continuous integration: what a developer may lack is then an error. */
const requirePeers = process.env["BATON_REQUIRE_PEERS"] === "1";

/** Validates a sample plugin with the requests of its package.json. */
export async function sampleIsRight(
  test: TestContext,
  name: string,
  kind: "library" | "addon",
  file: string,
): Promise<void> {
  const folder = fileURLToPath(new URL(`../../plugins/${name}`, import.meta.url));
  if (!existsSync(`${folder}/build/Release/${file}`) && !requirePeers) {
    test.skip(`plugins/${name} is not built: npm run build:plugins, which needs cmake`);
    return;
  }
  const target = await findTarget(folder);
  const parts = { seed: 7, timeoutMs: 60_000, only: null };
  assertAllOk(await validatePlugin({ ...target, ...parts, kind }), kind);
}
