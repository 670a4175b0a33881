import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileLibrary } from "./compile.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Where the sources of the test plugins are, and the header they share. */
const plugins = path("../plugins");

/** The headers that addons are compiled with; of the package, so that no cmake is needed. */
const nodeHeaders = (): string =>
  (createRequire(import.meta.url)("node-api-headers") as { readonly include_dir: string })
    .include_dir;

/** What the linker needs to know of an addon on macOS: Node.js has the functions it misses. */
const addonFlags = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];

/** A folder in which a test compiles its plugins; gone with the test. */
export class HostWorkshop implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "baton-host-"));

  file(name: string): string {
    return join(this.folder, name);
  }

  /** A library of one of the sources in test/native/plugins; `defines` as NAME or NAME=value. */
  sharedLibrary(source: string, output = `${source}.so`, defines: readonly string[] = []): string {
    return this.#compile(join(plugins, `${source}.c`), output, defines);
  }

  /** A library of C that the test itself holds; it includes "plugin.h" as the others do. */
  libraryOf(name: string, source: string): string {
    return this.#compile(this.write(`${name}.c`, source), `${name}.so`);
  }

  /** A source of test/native/plugins as a Node-API addon. */
  addon(source: string, output = `${source}.node`, defines: readonly string[] = []): string {
    const all = ["PLUGIN_ADDON", "NAPI_VERSION=9", ...defines];
    return this.#compile(join(plugins, `${source}.c`), output, all, [
      `-I${nodeHeaders()}`,
      ...addonFlags,
    ]);
  }

  write(name: string, text: string): string {
    writeFileSync(this.file(name), text);
    return this.file(name);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.remove();
  }

  #compile(
    source: string,
    output: string,
    defines: readonly string[] = [],
    flags: readonly string[] = [],
  ): string {
    const all = [`-I${plugins}`, ...flags, ...defines.map((define) => `-D${define}`)];
    return compileLibrary(source, this.file(output), all);
  }
}
