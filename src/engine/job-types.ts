import { JobEngineError } from "../core/errors.ts";
import type { Creator, Revive } from "../ports/plugin.ts";

/** A type belongs to the plugin that registered it: two plugins may use the same name. */
export interface TypeName {
  readonly plugin: string;
  readonly type: string;
}

/** How the jobs of a type are made: again, and (null: by nobody but its plugin) from content. */
interface Ways {
  readonly revive: Revive;
  readonly create: Creator | null;
}

/** The job types that plugins have registered, with how their jobs are made. */
export class JobTypes {
  readonly #plugins = new Map<string, Map<string, Ways>>();
  /** Names of types whose plugin is gone, and may come back. */
  readonly #gone = new Map<string, ReadonlySet<string>>();

  /** @throws {JobEngineError} NAME_TAKEN */
  add({ plugin, type }: TypeName, revive: Revive, create: Creator | null = null): void {
    const types = this.#plugins.get(plugin) ?? new Map<string, Ways>();
    if (types.has(type)) {
      const detail = `plugin "${plugin}" has registered the job type "${type}" before`;
      throw new JobEngineError("NAME_TAKEN", detail);
    }
    this.#plugins.set(plugin, types.set(type, { revive, create }));
  }

  /** From now on jobs of this type can be made from content. Of no effect if it is not registered. */
  setCreator({ plugin, type }: TypeName, create: Creator): void {
    const types = this.#plugins.get(plugin);
    const ways = types?.get(type);
    if (ways !== undefined) types?.set(type, { ...ways, create });
  }

  find({ plugin, type }: TypeName): Revive | null {
    return this.#plugins.get(plugin)?.get(type)?.revive ?? null;
  }

  has({ plugin, type }: TypeName): boolean {
    return this.#plugins.get(plugin)?.has(type) === true;
  }

  /** How jobs of the type are made from content; null: not at all. */
  creatorOf({ plugin, type }: TypeName): Creator | null {
    return this.#plugins.get(plugin)?.get(type)?.create ?? null;
  }

  /** How each plugin that has this type makes its jobs from content; null: not at all. */
  creatorsOf(
    type: string,
  ): readonly { readonly plugin: string; readonly create: Creator | null }[] {
    return [...this.#plugins].flatMap(([plugin, types]) => {
      const ways = types.get(type);
      return ways === undefined ? [] : [{ plugin, create: ways.create }];
    });
  }

  /** The types whose jobs can be made from content. */
  creatable(): readonly TypeName[] {
    return [...this.#plugins].flatMap(([plugin, types]) =>
      [...types].flatMap(([type, { create }]) => (create === null ? [] : [{ plugin, type }])),
    );
  }

  /** What a plugin has registered. */
  of(plugin: string): readonly { readonly type: string; readonly canCreate: boolean }[] {
    const types = [...(this.#plugins.get(plugin) ?? [])];
    return types.map(([type, { create }]) => ({ type, canCreate: create !== null }));
  }

  /** Whether a plugin had this type that is gone at the moment. */
  isGone(type: string): boolean {
    return [...this.#gone].some(
      ([plugin, types]) => types.has(type) && !this.has({ plugin, type }),
    );
  }

  removeOf(plugin: string): void {
    this.#gone.set(plugin, new Set(this.#plugins.get(plugin)?.keys()));
    this.#plugins.delete(plugin);
  }
}

/** One text for both parts of the name. */
export function typeKey({ plugin, type }: TypeName): string {
  return `${plugin}/${type}`;
}
