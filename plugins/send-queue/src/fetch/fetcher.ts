import type { Intake } from "../receive/intake.ts";
import type { Queue } from "../queue/queue.ts";
import type { FileComing, Orthanc } from "./orthanc.ts";
import { OrthancFailed } from "./orthanc-failed.ts";

/** So many files are fetched at a time. */
export const filesAtOnce = 4;

/** Brings what is to be sent, and is not in the spool, from an Orthanc. */
export class Fetcher {
  readonly #orthanc: Orthanc;
  readonly #queue: Queue;
  readonly #intake: Intake;

  constructor(orthanc: Orthanc, { queue, intake }: { queue: Queue; intake: Intake }) {
    this.#orthanc = orthanc;
    this.#queue = queue;
    this.#intake = intake;
  }

  /**
   * Has the spool hold whatever these ids stand for at the Orthanc. It is asked for each that is not an instance in the
   * spool: of a study the spool may hold a part. What it does not have is left to whoever asks the spool.
   * What is fetched goes nowhere by itself; if not all could be, what has come stays until it is tidied away.
   * @throws {OrthancFailed}; {SpoolFull}, {NotDicom} and what taking in throws
   */
  async fetch(resources: readonly string[]): Promise<void> {
    const meant = new Set<string>();
    for (const id of await this.#without(resources)) {
      for (const instance of (await this.#orthanc.instancesOf(id)) ?? []) meant.add(instance);
    }
    const missing = (await this.#without([...meant])).values();
    const ends = await Promise.allSettled(
      Array.from({ length: filesAtOnce }, () => this.#fetchSome(missing)),
    );
    const end = ends.find(({ status }) => status === "rejected");
    if (end?.status === "rejected") throw end.reason;
  }

  close(): void {
    this.#orthanc.close();
  }

  async #without(ids: readonly string[]): Promise<readonly string[]> {
    const held = new Set(await this.#queue.call("heldInstances", { ids }));
    return [...new Set(ids)].filter((id) => !held.has(id));
  }

  async #fetchSome(ids: Iterator<string>): Promise<void> {
    for (let next = ids.next(); next.done !== true; next = ids.next()) {
      try {
        await this.#fetchOne(next.value);
      } catch (error) {
        // The others end with what they are about.
        while (ids.next().done !== true);
        throw error;
      }
    }
  }

  async #fetchOne(id: string): Promise<void> {
    const file = await this.#orthanc.file(id);
    if (file === null) throw new OrthancFailed("an instance has left it meanwhile");
    const { resources } = await this.#keep(file);
    if (resources.instance === id) return;
    throw new OrthancFailed("the file of an instance is that of another one");
  }

  async #keep({ size, blocks, destroy }: FileComing): ReturnType<Intake["keep"]> {
    try {
      const writer = await this.#intake.begin(size);
      try {
        for await (const block of blocks) await writer.write(block);
      } catch (error) {
        await writer.discard();
        throw error;
      }
      return await this.#intake.keep(await this.#intake.examine(writer));
    } finally {
      destroy();
    }
  }
}
