// How a process that runs tests is started, by `npm test` and by everything else that does.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Node.js strips the types by itself: a loader would cost each process more than most of them last. */
export const testFlags = [
  "--env-file=test/test.env",
  `--import=${new URL("end-of-file.mjs", import.meta.url).href}`,
  "--test",
];

/**
 * Where Node.js keeps what it made of each module, by its content. Tests start some thousands of
 * processes; without it every one of them would read the types of all sources again.
 */
export const testEnvironment = { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled") };
