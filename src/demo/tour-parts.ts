import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HostOptions } from "../index.ts";

/** In the order of their appearance; one whose folder is not there is not spoken of. */
const knownPlugins = [
  { name: "hello", madeOf: "TypeScript", route: "/myapp/hello" },
  { name: "hello-c", madeOf: "C, a shared library", route: "/myapp-c/hello" },
  { name: "hello-addon", madeOf: "C++, a Node-API addon", route: "/myapp-addon/hello" },
] as const;

/** A sample plugin that can be loaded. */
export interface SamplePlugin {
  readonly name: string;
  readonly madeOf: string;
  /** Its path on the host; takes `delayMs` and `steps`. */
  readonly route: string;
  readonly folder: string;
}

export interface SamplePlugins {
  readonly ready: readonly SamplePlugin[];
  /** Names of those whose source is there but whose library is not. */
  readonly notBuilt: readonly string[];
}

/** Looks which of the sample plugins can be loaded. */
export function findPlugins(): SamplePlugins {
  const ready: SamplePlugin[] = [];
  const notBuilt: string[] = [];
  for (const known of knownPlugins) {
    const folder = fileURLToPath(new URL(`../../plugins/${known.name}`, import.meta.url));
    if (!existsSync(join(folder, "package.json"))) continue;
    if (existsSync(mainOf(folder))) ready.push({ ...known, folder });
    else notBuilt.push(known.name);
  }
  return { ready, notBuilt };
}

/** Where a host of the tour keeps its jobs. */
export function storeIn(folder: string): NonNullable<HostOptions["store"]> & { kind: "sqlite" } {
  return { kind: "sqlite", path: join(folder, "baton.db") };
}

function mainOf(folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const { main } = manifest as { readonly main?: string };
  return join(folder, main ?? "index.js");
}
