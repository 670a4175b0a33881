import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHost, type Host, type JobInfo } from "../index.ts";
import type { Screen } from "./screen.ts";
import { findPlugins, storeIn, type SamplePlugins } from "./tour-parts.ts";
import { Watch, check } from "./watch.ts";

/** What the scenes play with. */
export interface Stage {
  readonly screen: Screen;
  readonly plugins: SamplePlugins;
  readonly host: Host;
  readonly url: string;
  readonly watch: Watch;
  /** The jobs that were shown, in order, with what was shown by each. */
  readonly shown: { readonly what: string; readonly job: () => JobInfo }[];
  readonly folder: string;
  /** The file of the demo, to start it once more. */
  readonly program: string;
  /** Called, last first, when the tour is over, however it ended. */
  readonly atEnd: (() => Promise<void>)[];
}

/** Opens the host of the tour in a folder of its own, and says what it is. */
export async function openStage(
  screen: Screen,
  program: string,
  atEnd: Stage["atEnd"],
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "baton-demo-"));
  atEnd.push(() => rm(folder, { recursive: true, force: true }));
  const plugins = findPlugins();
  const watch = new Watch((job) => screen.show(job));
  const store = storeIn(folder);
  const host = await openHost({
    store,
    plugins: plugins.ready.map((plugin) => plugin.folder),
    http: { port: 0 },
    concurrentJobs: 3,
    observer: watch.hear,
  });
  atEnd.push(() => host.close());
  const { url } = host;
  check(url !== null, "the host was opened with a server but has no address");
  screen.headline(`A host is open at ${url}`);
  screen.say(`It keeps its jobs in ${store.path}, which is removed at the end.`);
  for (const name of plugins.notBuilt) {
    screen.say(`The plugin ${name} is not built, so the tour goes on without it. Is cmake there?`);
  }
  return { screen, plugins, host, url, watch, shown: [], folder, program, atEnd };
}
