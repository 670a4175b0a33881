import { after, before } from "node:test";
import { HostWorkshop } from "../../native/support/host-workshop.ts";
import type { HurriedHost } from "./hurried-host.ts";

/** Where a plugin that crashes runs; "native": a library in a process of its own. */
export type CrashPlace = "thread" | "process" | "native";

/** The plugins that crash, in TypeScript and in C: with the same routes. */
export class Crashers {
  readonly #workshop = new HostWorkshop();
  readonly #libraries = new Map<string, string>();

  /** REQUIRES: called where `describe` may be. */
  constructor() {
    before(() => {
      for (const name of ["crasher", "neighbour"]) {
        const defines = [`PLUGIN_NAME="${name}"`];
        this.#libraries.set(name, this.#workshop.sharedLibrary("crasher", `${name}.so`, defines));
      }
    });
    after(() => this.#workshop.remove());
  }

  /** The file of the library. */
  sharedLibrary(name: "crasher" | "neighbour"): string {
    return this.#libraries.get(name) ?? name;
  }

  async add(
    host: HurriedHost,
    name: "crasher" | "neighbour",
    place: CrashPlace,
    heapLimitMb?: number,
  ): Promise<void> {
    const kind = place === "thread" ? "thread" : "process";
    const file = place === "native" ? this.sharedLibrary(name) : name;
    await host.add(file, { kind, ...(heapLimitMb !== undefined && { heapLimitMb }) });
  }
}
