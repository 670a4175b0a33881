import type { Command } from "commander";
import { addActions } from "./act.ts";
import { addLogs } from "./logs.ts";
import { addLs } from "./ls.ts";
import { addShow } from "./show.ts";
import { addSubmit } from "./submit.ts";
import { addWatch } from "./watch.ts";

/** The commands `jobs`: they ask a host that runs, over its REST interface. */
export function addJobs(program: Command): void {
  const jobs = program
    .command("jobs")
    .description("look at the jobs of a host, and act on them (docs/cli.md)")
    .option("--url <url>", "where the host is; default: BATON_URL, else http://127.0.0.1:8042")
    .option("--token <token>", "who you are; default: BATON_TOKEN")
    .option("--json", "JSON instead of what people read")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  addLs(jobs);
  addShow(jobs);
  addLogs(jobs);
  addActions(jobs);
  addSubmit(jobs);
  addWatch(jobs);
}
