import { door, progressDoor } from "./door-code.ts";
import { isolationAllows, isolationForbids, type Line } from "./isolation-lines.ts";

/** One file of the tree the linter is run on, and the rules its first lines break, in order. */
export interface Seed {
  readonly file: string;
  readonly code: string;
  readonly breaks: readonly string[];
}

const imports = ["eslint(no-restricted-imports)"];
const globals = ["eslint(no-restricted-globals)"];
const properties = ["eslint(no-restricted-properties)"];

const value = (from: string): string =>
  `import { a } from "${from}";\nexport const b: unknown = a;\n`;
const type = (from: string): string => `import type { A } from "${from}";\nexport type B = A;\n`;
const global = (name: string): string => `export const b: unknown = ${name};\n`;

/** The file's name only has to be unlike its neighbours'. */
const nameFrom = (text: string): string => text.replaceAll(/[^a-z]+/gi, "-");

function seeds(
  code: (from: string) => string,
  breaks: readonly string[],
  lines: readonly Line[],
): Seed[] {
  return lines.map(([place, from]) => ({
    file: place.endsWith(".ts") ? place : `${place}/${code.name}-of-${nameFrom(from)}.ts`,
    code: code(from),
    breaks,
  }));
}

const forbiddenValues: readonly Line[] = [
  ...isolationForbids,
  ["src/core", "../ports/clock.ts"],
  ["src/core", "node:fs"],
  ["src/core", "typebox"],
  ["src/ports", "../engine/dispatcher.ts"],
  ["src/ports", "../adapters/system-clock.ts"],
  ["src/ports", "../core/transition.ts"],
  ["src/ports", "../progress/tree.ts"],
  ["src/ports", "node:events"],
  ["src/engine", "../adapters/stores/memory.ts"],
  ["src/engine", "../native/binding.ts"],
  ["src/engine", "../open-host.ts"],
  ["src/engine", "node:events"],
  ["src/engine", "p-queue"],
  ["src/progress", "../core/errors.ts"],
  ["src/progress", "../ports/job.ts"],
  ["src/progress", "node:events"],
  ["src/progress", "../adapters/system-clock.ts"],
  ["src/progress", "node:worker_threads"],
  ["src/progress", "log-update"],
  ["src/progress/terminal", "../../core/errors.ts"],
  ["src/progress/terminal", "../../adapters/system-clock.ts"],
  ["src/progress/terminal", "../threads/entry.ts"],
  ["src/progress/terminal", "node:tty"],
  ["src/progress/threads", "../../core/errors.ts"],
  ["src/progress/threads", "../../ports/job.ts"],
  ["src/progress/threads", "../../adapters/system-ids.ts"],
  ["src/progress/threads", "../terminal/show.ts"],
  ["src/progress/threads", "node:fs"],
  ["src/adapters", "../engine/dispatcher.ts"],
  ["src/adapters", "../index.ts"],
  ["src/adapters/runners", "../../engine/dispatcher.ts"],
  ["src/adapters/runners", "../../native/binding.ts"],
  ["src/adapters/tracing", "../../engine/dispatcher.ts"],
  ["src/adapters/runners", "../../sdk.ts"],
  ["src/adapters/plugins", "../../native/binding.ts"],
  ["src/adapters/plugins", "../../progress/tree.ts"],
  ["src/sdk", "../engine/dispatcher.ts"],
  ["src/sdk", "../adapters/system-ids.ts"],
  ["src/sdk", "node:fs"],
  ["src/adapters/native", "../../engine/dispatcher.ts"],
  ["src/adapters/stores/sqlite", "../../../open-host.ts"],
  ["src/adapters", "../isolated/plugin-side.ts"],
  ["src/adapters/native", "../../isolated/plugin-side.ts"],
  ["src/isolated/native", "../../engine/handles.ts"],
  ["src/isolated/native", "../../adapters/stores/memory-store.ts"],
  ["src/native", "../engine/dispatcher.ts"],
  ["src/native", "../core/transition.ts"],
  ["src/native", "node:fs"],
  ["src/testing", "../engine/dispatcher.ts"],
  ["src/testing", "../adapters/stores/memory.ts"],
  ["src/testing", "node:timers/promises"],
  ["src/testing", "node:child_process"],
  ["src/http", "../engine/dispatcher.ts"],
  ["src/http", "../adapters/system-clock.ts"],
  ["src/http", "../native/binding.ts"],
  ["src/http", "../core/limits.ts"],
  ["src/http", "../index.ts"],
  ["src/http", "../open-host.ts"],
  ["src/http/orthanc", "../../engine/dispatcher.ts"],
  ["src/http/events", "../../engine/announcer.ts"],
  ["src/http/metrics", "../../engine/announcer.ts"],
  ["src/http/webhooks", "../../engine/announcer.ts"],
  ["src/http/webhooks", "../../core/retry-policy.ts"],
  ["src/http/metrics", "../../adapters/stores/metered-store.ts"],
  ["src/http/events", "../../adapters/system-clock.ts"],
  ["src/http/doors", "../jobs.ts"],
  ["src/http/doors", "../app.ts"],
  ["src/http/doors", "../../core/limits.ts"],
  ["src/http/doors", "../../engine/dispatcher.ts"],
  ["src/http/doors", "../../index.ts"],
  ["src/cli", "../engine/dispatcher.ts"],
  ["src/cli", "../adapters/system-clock.ts"],
  ["src/cli", "../native/binding.ts"],
  ["src/cli", "../core/limits.ts"],
  ["src/cli", "../open-host.ts"],
  ["src/validate", "../core/limits.ts"],
  ["src/validate", "../adapters/system-clock.ts"],
  ["src/validate", "../adapters/plugins/module.ts"],
  ["src/adapters", "../validate/cases.ts"],
  ["src/adapters/stores/sqlite", "../../../validate/cases.ts"],
  ["src/http", "../validate/cases.ts"],
  ["src/demo", "../validate/cases.ts"],
  ["src/dashboard", "../validate/cases.ts"],
  ["src/dashboard", "../core/limits.ts"],
  ["src/dashboard", "../index.ts"],
  ["src/dashboard", "../http/wire.ts"],
  ["src/dashboard", "node:fs"],
  ["src/demo.ts", "./open-host.ts"],
  ["src/demo", "../engine/dispatcher.ts"],
  ["src/demo", "../sdk.ts"],
  ["plugins/hello/src", "../../../src/core/errors.ts"],
  ["plugins/hello/src", "../../../src/open-host.ts"],
  ["plugins/hello/test/deep", "../../../../src/ports/job.ts"],
  ["test/http", "node:timers"],
  ["test/http", "node:timers/promises"],
  ["test/core", "node:timers/promises"],
  ["test/core", "node:crypto"],
  ["test/engine", "node:perf_hooks"],
  ["test/progress", "node:process"],
];

const from = (folder: string, up: string, places: string): Line[] =>
  places.split(" ").map((place): Line => [folder, `${up}${place}.ts`]);

/** For the folders whose rule names what is forbidden, not what is allowed. */
const forbiddenByName: readonly Line[] = [
  ...from("src/adapters", "../", "engine/a native/a http/a cli/a dashboard/a testing/a progress/a"),
  ...from("src/adapters/stores", "../../", "index sdk progress open-host demo"),
  ...from("src/adapters/stores/sqlite", "../../../", "engine/a http/a cli/a dashboard/a testing/a"),
  ...from("src/adapters/stores/sqlite", "../../../", "progress/a index sdk progress demo"),
  ...from("src/http", "../", "engine/a adapters/a native/a cli/a dashboard/a testing/a progress/a"),
  ...from("src/http", "../", "sdk progress demo"),
  ...from(
    "src/cli",
    "../",
    "engine/a adapters/a native/a dashboard/a testing/a progress/a sdk progress",
  ),
  ...from("src/cli/jobs", "../../", "engine/a adapters/a native/a http/a dashboard/a testing/a"),
  ...from("src/cli/jobs", "../../", "progress/a core/a validate/a sdk index open-host"),
  ...from(
    "src/dashboard",
    "../",
    "ports/a engine/a adapters/a native/a cli/a testing/a progress/a",
  ),
  ...from("src/dashboard", "../", "sdk progress open-host demo"),
  ...from("src/isolated", "../", "http/a cli/a dashboard/a testing/a progress/a validate/a"),
  ...from("src/isolated", "../", "index sdk progress open-host demo"),
  ...from(
    "src/isolated/native",
    "../../",
    "engine/a http/a cli/a dashboard/a testing/a progress/a validate/a",
  ),
  ...from("src/isolated/native", "../../", "index sdk progress open-host demo"),
  ...from("src/validate", "../", "engine/a http/a cli/a dashboard/a testing/a progress/a"),
  ...from("src/validate", "../", "sdk progress open-host demo"),
];

const forbiddenTypes: readonly Line[] = [
  ["src/core", "../ports/clock.ts"],
  ["src/engine", "../adapters/system-clock.ts"],
  ["src/adapters", "../engine/dispatcher.ts"],
  ...from(
    "src/native",
    "../",
    "engine/a adapters/a http/a cli/a dashboard/a testing/a progress/a sdk",
  ),
];

const pure = [
  "src/core",
  "src/engine",
  "src/progress",
  "test/core",
  "test/engine",
  "test/progress",
];
const impure = [
  "Date",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "crypto",
  "performance",
  "process",
];
const waits = ["setTimeout", "setInterval", "setImmediate"];

const each = (folders: readonly string[], names: readonly string[]): Line[] =>
  folders.flatMap((folder) => names.map((name): Line => [folder, name]));

const legalValues: readonly Line[] = [
  ...isolationAllows,
  ["src/core", "./limits.ts"],
  ["src/ports", "./clock.ts"],
  ["src/engine", "../core/transition.ts"],
  ["src/engine", "./dispatcher.ts"],
  ["src/progress", "./task.ts"],
  ["src/progress/terminal", "../task.ts"],
  ["src/progress/terminal", "./show.ts"],
  ["src/progress/terminal", "log-update"],
  ["src/progress/threads", "../task.ts"],
  ["src/progress/threads", "./entry.ts"],
  ["src/progress/threads", "../../adapters/system-clock.ts"],
  ["src/progress/threads", "node:worker_threads"],
  ["src/adapters", "node:fs"],
  ["src/adapters/runners", "../../progress/tree.ts"],
  ["src/sdk", "../adapters/system-clock.ts"],
  ["src/sdk", "../core/json.ts"],
  ["src/sdk", "../progress/tree.ts"],
  ["src/adapters", "../core/errors.ts"],
  ["src/adapters/stores", "../system-clock.ts"],
  ["src/adapters/native", "../../native/binding.ts"],
  ["src/adapters/stores/sqlite", "../../../native/binding.ts"],
  ["src/isolated", "../adapters/runners/loop-runner.ts"],
  ["src/isolated", "../engine/handles.ts"],
  ["src/isolated", "node:worker_threads"],
  ["src/isolated/native", "../../native/binding.ts"],
  ["src/isolated/native", "../../adapters/native/inbox.ts"],
  ["src/isolated/native", "../route-service.ts"],
  ["src/native", "node:module"],
  ["src/native", "../core/errors.ts"],
  ["src/testing", "../open-host.ts"],
  ["src/testing", "../core/errors.ts"],
  ["src/testing", "node:assert/strict"],
  ["src/testing", "node:test"],
  ["src/testing", "node:fs/promises"],
  ["src/testing", "node:os"],
  ["src/testing", "node:path"],
  ["src/http", "fastify"],
  ["src/http", "../core/errors.ts"],
  ["src/http/orthanc", "../server.ts"],
  ["src/http/doors", "fastify"],
  ["src/http/doors", "node:crypto"],
  ["src/http/doors", "../error-body.ts"],
  ["src/http/doors", "../../core/errors.ts"],
  ["src/http/doors", "../../ports/plugin.ts"],
  ["src/cli", "../index.ts"],
  ["src/demo", "../index.ts"],
  ["src/demo", "../progress.ts"],
  ["src/cli", "../http/server.ts"],
  ["src/cli/jobs", "../../progress.ts"],
  ["src/cli", "../validate/cases.ts"],
  ["src/validate", "../index.ts"],
  ["src/validate", "../ports/job.ts"],
  ["src/validate", "../native/binding.ts"],
  ["src/validate", "../adapters/plugins/locate.ts"],
  ["src/index.ts", "./open-host.ts"],
  ["src/open-host.ts", "./engine/job-engine.ts"],
  ["plugins/hello/src", "../../../src/sdk.ts"],
  ["plugins/hello/src", "baton-jobs/sdk"],
  ["plugins/hello/test", "../../../src/testing/index.ts"],
  ["plugins/hello/test", "../src/engine/hello.ts"],
  ["test/core", "../../src/core/transition.ts"],
  ["test/native", "node:timers/promises"],
  ["bench", "node:perf_hooks"],
];

const legalTypes: readonly Line[] = [
  ["src/ports", "../core/job-state.ts"],
  ["src/ports", "../progress/snapshot.ts"],
  ["src/engine", "../ports/clock.ts"],
  ["src/progress", "../ports/clock.ts"],
  ["src/native", "../ports/job.ts"],
  ["src/native", "../core/job-state.ts"],
  ["src/http", "../index.ts"],
  ["src/http", "../core/job-state.ts"],
  ["src/cli", "../core/job-state.ts"],
  ["src/dashboard", "../http/wire.ts"],
  ["src/validate", "../core/job-state.ts"],
];

/** Every line of the folder table, broken once, next to what the same folder may do. */
export const fixtureTree: readonly Seed[] = [
  ...seeds(value, imports, forbiddenValues),
  ...seeds(value, imports, forbiddenByName),
  ...seeds(type, imports, forbiddenTypes),
  ...seeds(global, globals, each(pure, impure)),
  ...seeds(global, globals, each(["test/http", "test/support"], waits)),
  ...seeds(global, properties, each(pure, ["Math.random"])),
  ...seeds(value, [], legalValues),
  ...seeds(type, [], legalTypes),
  ...seeds(global, [], each(["src/adapters", "src/http", "src/cli", "plugins/hello/src"], impure)),
  ...seeds(
    global,
    [],
    each(["test/e2e", "test/isolation", "test/native", "test/plugins", "bench"], impure),
  ),
  { file: "src/sdk.ts", code: door, breaks: [...imports, ...imports, ...imports, ...imports] },
  {
    file: "src/progress.ts",
    code: progressDoor,
    breaks: [...imports, ...imports, ...imports, ...imports],
  },
  { file: "src/core/egg.ts", code: value("./hen.ts"), breaks: ["import(no-cycle)"] },
  {
    file: "src/core/hen.ts",
    code: `import { b } from "./egg.ts";\nexport const a: unknown = b;\n`,
    breaks: ["import(no-cycle)"],
  },
  { file: "src/ports/door.ts", code: "export default 1;\n", breaks: ["import(no-default-export)"] },
];
