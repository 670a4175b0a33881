/** The entry of a case's process. */
import type { CaseSpec } from "./case-spec.ts";
import { runLife } from "./run-life.ts";

await runLife(JSON.parse(process.argv[2] ?? "null") as CaseSpec);
// Not exitCode: a thread that a plugin left behind must not keep the process.
process.exit(0);
