import { JobEngineError } from "../core/errors.ts";
import type { Revive } from "../ports/plugin.ts";

/** A type belongs to the plugin that registered it: two plugins may use the same name. */
export interface TypeName {
  readonly plugin: string;
  readonly type: string;
}

/** The job types that plugins have registered, with how their jobs are made again. */
export class JobTypes {
  readonly #plugins = new Map<string, Map<string, Revive>>();

  /** @throws {JobEngineError} NAME_TAKEN */
  add({ plugin, type }: TypeName, revive: Revive): void {
    const types = this.#plugins.get(plugin) ?? new Map<string, Revive>();
    if (types.has(type)) {
      const detail = `plugin "${plugin}" has registered the job type "${type}" before`;
      throw new JobEngineError("NAME_TAKEN", detail);
    }
    this.#plugins.set(plugin, types.set(type, revive));
  }

  find({ plugin, type }: TypeName): Revive | null {
    return this.#plugins.get(plugin)?.get(type) ?? null;
  }

  has({ plugin, type }: TypeName): boolean {
    return this.#plugins.get(plugin)?.has(type) === true;
  }

  removeOf(plugin: string): void {
    this.#plugins.delete(plugin);
  }
}

/** One text for both parts of the name. */
export function typeKey({ plugin, type }: TypeName): string {
  return `${plugin}/${type}`;
}
