/** The host that is killed: tells every event in a line, and closes when its input ends. */
import { createInterface } from "node:readline";
import { openHost } from "../../../src/index.ts";
import type { KillOptions, KillTold } from "./host-kill-life.ts";

const options = JSON.parse(process.argv[2] ?? "") as KillOptions;

/** Writes to a pipe are synchronous: the parent has the line even if this process dies next. */
const tell = (told: KillTold): void => void process.stdout.write(`${JSON.stringify(told)}\n`);

const host = await openHost({
  store: options.store,
  plugins: [options.library],
  concurrentJobs: 2,
  historySize: 1_000,
  http: { port: 0 },
  pluginSettings: { worker: options.settings },
  observer: (event) => {
    if (event.kind === "submitted" || event.kind === "changed") {
      tell({ event: "changed", job: event.job });
    }
    if (event.kind === "logged") tell({ event: "logged", text: event.text });
  },
});
tell({ event: "opened", url: host.url ?? "", jobs: host.jobs() });
for await (const line of createInterface(process.stdin)) if (line === "close") break;
await host.close();
process.stdin.destroy();
