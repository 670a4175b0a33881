/** What sdk.ts may not import, then what it may. */
export const door = `import { a } from "./engine/dispatcher.ts";
import { b } from "./core/limits.ts";
import type { G } from "./native/binding.ts";
import { h } from "./progress/tree.ts";
import { c } from "./core/errors.ts";
import type { D } from "./core/job-state.ts";
import { e } from "./ports/job.ts";
import { i } from "./sdk/task-job.ts";
import type { J } from "./progress/snapshot.ts";
export const f: readonly [unknown, D | G | J | null] = [[a, b, c, e, h, i], null];
`;

/** The same of progress.ts. */
export const progressDoor = `import { a } from "./engine/dispatcher.ts";
import { b } from "./adapters/system-ids.ts";
import { c } from "./core/errors.ts";
import { d } from "node:process";
import { e } from "./adapters/system-clock.ts";
import { f } from "./progress/task.ts";
import type { G } from "./ports/clock.ts";
export const h: readonly [unknown, G | null] = [[a, b, c, d, e, f], null];
`;
