/** What a plugin has set of itself (`set_property` of baton.h). */
export interface Property {
  readonly name: string;
  readonly value: Uint8Array;
}

/** The properties of plugins whose native core is not this process's; of the others it knows itself. */
export interface Properties {
  /**
   * The next of a plugin's, by name, after all that was set before; a few MiB at a time, none: that
   * were all.
   * @throws {JobEngineError} STORE_FAILED
   */
  propertiesAfter(plugin: string, after: string | null): Promise<readonly Property[]>;
  /**
   * Sets one; null removes it. Resolves when that is committed.
   * @throws {JobEngineError} STORE_FAILED
   */
  setProperty(plugin: string, name: string, value: Uint8Array | null): Promise<void>;
}
