import { readFileSync } from "node:fs";
import type { Isolation } from "./adapters/isolation/isolation.ts";
import type { JobEngine } from "./engine/job-engine.ts";
import type { RouteTable } from "./engine/route-table.ts";
import type { About, PluginInfo, Trouble } from "./ports/about.ts";
import type { Plugin } from "./ports/plugin.ts";

export interface HostAboutParts {
  readonly engine: Pick<JobEngine, "typesOf" | "troubles">;
  readonly isolation: Pick<Isolation, "kindOf" | "isUp">;
  /** In the order they were started; grows. */
  readonly started: readonly Pick<Plugin, "name" | "version">[];
  /** Plugins that are addons or libraries; grows. */
  readonly nativeNames: ReadonlySet<string>;
  readonly routes: Pick<RouteTable, "panelsOf">;
  readonly concurrentJobs: number;
}

/** What the host says of itself, from what its parts say. */
export function hostAbout(parts: HostAboutParts): About {
  const { engine, isolation, started, nativeNames, routes, concurrentJobs } = parts;
  return {
    version: packageVersion(),
    concurrentJobs,
    plugins: () => started.map(({ name, version }) => pluginInfo(name, version)),
    troubles: () => [...engine.troubles(), ...(isolation.isUp ? [] : [crashed])],
  };

  function pluginInfo(name: string, version: string): PluginInfo {
    return {
      name,
      version,
      isolation: isolation.kindOf(name) ?? "none",
      runner: nativeNames.has(name) ? "native" : "javascript",
      types: engine.typesOf(name),
      panels: routes.panelsOf(name),
    };
  }
}

const crashed: Trouble = {
  code: "PLUGIN_CRASHED",
  sentence: "A plugin has crashed and is being started again.",
};

/** Of this package; its package.json is one folder up both from src/ and from dist/. */
function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
