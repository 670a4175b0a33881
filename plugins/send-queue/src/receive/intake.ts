import type { SpooledFile, Spool, SpoolWriter } from "../spool/spool.ts";
import { readPart10, tag, type Instance } from "../dicom/part10.ts";
import type { QueuedInstance } from "../queue/item.ts";
import type { Queue } from "../queue/queue.ts";
import { resourcesOf } from "../resource-ids.ts";

/** What came in, and whether it was here before. */
export interface TakenIn {
  readonly instance: QueuedInstance;
  readonly isNew: boolean;
}

const wanted = [tag.patientId, tag.studyInstance, tag.seriesInstance] as const;

/** Takes instances in: into the spool, and then into the queue's index. What is answered is safe. */
export class Intake {
  readonly #spool: Spool;
  readonly #queue: Queue;

  constructor(spool: Spool, queue: Queue) {
    this.#spool = spool;
    this.#queue = queue;
  }

  /** @throws {SpoolFull} */
  begin(): Promise<SpoolWriter> {
    return this.#spool.create();
  }

  /**
   * All of a file has been written: it is looked at, and taken. Whatever it throws, nothing is left
   * of it. @throws {NotDicom}, {QueueFailed}; what writing throws
   */
  async take(writer: SpoolWriter): Promise<TakenIn> {
    let found: Instance;
    try {
      found = await readPart10(writer.file, wanted);
    } catch (error) {
      await writer.discard();
      throw error;
    }
    const instance = instanceOf(found, writer.hash);
    const isNew = await this.#spool.exclusively(writer.hash, async () => {
      await safe(writer);
      return await this.#keep(instance);
    });
    return { instance, isNew };
  }

  /**
   * Notes what is in the spool of a queue that knows nothing of it, as its own file is gone. Answers how
   * many; what cannot be read is left where it is. @throws {QueueFailed}
   */
  async adopt(): Promise<number> {
    let adopted = 0;
    for await (const hash of this.#spool.hashes()) {
      const instance = await this.#look(hash);
      if (instance === null) continue;
      await this.#queue.call("keep", { instance, now: Date.now() });
      adopted += 1;
    }
    return adopted;
  }

  async #look(hash: string): Promise<QueuedInstance | null> {
    try {
      await using file = await this.#spool.open(hash);
      return instanceOf(await readPart10(file, wanted), hash);
    } catch {
      return null;
    }
  }

  /** A file that the queue could not note takes no room on a disk that may be full. */
  async #keep(instance: QueuedInstance): Promise<boolean> {
    try {
      return await this.#queue.call("keep", { instance, now: Date.now() });
    } catch (error) {
      const { hash } = instance;
      // What cannot even be asked is swept at the next start.
      const isKnown = await this.#queue.call("isSpooled", { hash }).catch(() => true);
      if (!isKnown) await this.#spool.remove(hash);
      throw error;
    }
  }
}

function instanceOf(found: Instance, hash: string): QueuedInstance {
  const { sopClass, sopInstance, transferSyntax, offset, size, values } = found;
  const resources = resourcesOf({
    patientId: values.get(tag.patientId) ?? "",
    studyInstance: values.get(tag.studyInstance) ?? "",
    seriesInstance: values.get(tag.seriesInstance) ?? "",
    sopInstance,
  });
  return { hash, sopClass, sopInstance, transferSyntax, offset, size, resources };
}

async function safe(writer: SpoolWriter): Promise<SpooledFile> {
  try {
    return await writer.close();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
