// What `npm run demo` runs: a tour of the engine that checks itself and ends by itself.
import { fileURLToPath } from "node:url";
import { serveTour } from "./demo/second-host.ts";
import { runTour } from "./demo/tour.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  // Not exitCode: a step that is left behind must not keep the process.
  process.exit(await runTour(fileURLToPath(import.meta.url)));
} else {
  // The tour starts itself once more, as the host that is killed.
  await serveTour(folder);
}
