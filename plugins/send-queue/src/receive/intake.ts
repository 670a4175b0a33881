import { SpoolReplaced, type SpoolWriter, type Spool } from "../spool/spool.ts";
import { NotDicom, readPart10, tag, type Instance } from "../part10/part10.ts";
import type { Arrived, QueuedInstance } from "../queue/item.ts";
import type { Queue } from "../queue/queue.ts";
import { resourcesOf } from "../resource-ids.ts";
import type { Origin } from "../routing/origin.ts";
import type { Router } from "../routing/router.ts";

/** What came in, and whether it was here before. */
export interface TakenIn {
  readonly instance: QueuedInstance;
  readonly isNew: boolean;
}

/** A file that has come whole and is sound; nobody knows of it yet. */
export interface Examined {
  readonly writer: SpoolWriter;
  readonly found: Instance;
}

/** What became of the files that were in the spool and not in the queue. */
export interface Adopted {
  /** They are known again. */
  readonly known: number;
  /** They are no instances, or other bytes than came in: they stand aside. */
  readonly aside: number;
  /** They could not be read this time; they stay where they are, for the next start. */
  readonly unread: number;
}

const wanted = [tag.patientId, tag.studyInstance, tag.seriesInstance] as const;

/** Takes instances in: into the spool, and then into the queue. What is answered is safe. */
export class Intake {
  readonly #spool: Spool;
  readonly #queue: Queue;
  readonly #router: Router;
  /** Whether a file is taken whose elements do not end where they say: some destination may want it. */
  readonly takesCut: boolean;

  constructor(spool: Spool, queue: Queue, router: Router, takesCut = false) {
    this.#spool = spool;
    this.#queue = queue;
    this.#router = router;
    this.takesCut = takesCut;
  }

  /** `size`: what will come, in bytes, as far as is known. @throws {SpoolFull} */
  begin(size = 0): Promise<SpoolWriter> {
    return this.#spool.create(size);
  }

  /**
   * All of a file has been written: it is looked at, and on the disk. Take it or discard its writer.
   * Whatever it throws, nothing is left of it. `mayBeCut`: it may be, as far as any may.
   * @throws {NotDicom}; what writing throws
   */
  async examine(writer: SpoolWriter, mayBeCut = true): Promise<Examined> {
    try {
      const tags = [...wanted, ...this.#router.tags];
      const found = await readPart10(writer.file, tags, { mayBeCut: this.takesCut && mayBeCut });
      await writer.seal();
      return { writer, found };
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  /**
   * Takes files, all of them or none, and has them go where those of their origin go. `taken`: which
   * file of a folder it was. Whatever it throws, nothing is left of them.
   * @throws {QueueFailed}; what writing throws
   */
  async take(
    files: readonly Examined[],
    origin: Origin,
    taken: string | null = null,
  ): Promise<readonly TakenIn[]> {
    const hashes = [...new Set(files.map(({ writer }) => writer.hash))];
    return this.#spool.exclusively(hashes, async () => {
      try {
        for (const { writer } of files) await writer.close();
        return await this.#enter(files, origin, taken);
      } catch (error) {
        for (const { writer } of files) await writer.discard();
        for (const hash of hashes) await this.#dropUnknown(hash);
        throw error;
      }
    });
  }

  /** The same for one file that goes nowhere by itself. */
  async keep(file: Examined): Promise<QueuedInstance> {
    const { hash } = file.writer;
    return this.#spool.exclusively([hash], async () => {
      try {
        await file.writer.close();
        const instance = instanceOf(file.found, hash);
        await this.#queue.call("keep", { instance, now: Date.now() });
        return instance;
      } catch (error) {
        await file.writer.discard();
        await this.#dropUnknown(hash);
        throw error;
      }
    });
  }

  /** The same for one file that has been written. `sopInstance`: what it was said to be. */
  async takeOne(
    writer: SpoolWriter,
    origin: Origin,
    sopInstance: string | null = null,
  ): Promise<void> {
    const examined = await this.examine(writer);
    if (sopInstance !== null && examined.found.sopInstance !== sopInstance) {
      await writer.discard();
      throw new NotDicom("The data set is another instance than was announced.");
    }
    await this.take([examined], origin);
  }

  async #enter(
    files: readonly Examined[],
    origin: Origin,
    taken: string | null,
  ): Promise<readonly TakenIn[]> {
    const instances = files.map(({ found, writer }) => instanceOf(found, writer.hash));
    const routed = files.map(({ found }, index) =>
      this.#router.route(found, instances[index]?.resources.study ?? "", origin),
    );
    const arrivals = instances.map((instance, index) => ({
      instance,
      sends: routed[index]?.sends ?? [],
    }));
    let arrived: readonly Arrived[] = [];
    try {
      arrived = await this.#queue.call("arrive", { arrivals, taken, now: Date.now() });
    } finally {
      for (const [index, route] of routed.entries()) {
        route.settle(arrived[index]?.requests ?? [], arrived[index]?.hastened);
      }
    }
    return instances.map((instance, index) => ({
      instance,
      isNew: arrived[index]?.isNew ?? false,
    }));
  }

  /** A file whose entry failed is nobody's; one that was here before stays. */
  async #dropUnknown(hash: string): Promise<void> {
    try {
      if (!(await this.#queue.call("isSpooled", { hash }))) await this.#spool.remove(hash);
    } catch {
      // It is known at the next start, and goes nowhere.
    }
  }

  /**
   * Notes what is in the spool and not in the queue. Its file may be gone, or an older copy, so nobody can
   * tell what was answered: nothing is removed. @throws {QueueFailed}; what moving a file aside throws
   */
  async adopt(): Promise<Adopted> {
    const adopted = { known: 0, aside: 0, unread: 0 };
    const known = new Set(await this.#queue.call("spooled", {}));
    for await (const hash of this.#spool.hashes()) {
      if (!known.has(hash)) adopted[await this.#adoptOne(hash)] += 1;
    }
    return adopted;
  }

  async #adoptOne(hash: string): Promise<keyof Adopted> {
    let found: Found;
    try {
      found = await this.#look(hash);
    } catch (error) {
      if (!(error instanceof NotDicom || error instanceof SpoolReplaced)) return "unread";
      await this.#spool.moveAside(hash);
      return "aside";
    }
    await this.#queue.call("keep", { instance: found.instance, now: found.since });
    return "known";
  }

  async #look(hash: string): Promise<Found> {
    await using file = await this.#spool.open(hash);
    const mayBeCut = this.takesCut;
    const instance = instanceOf(await readPart10(file, wanted, { mayBeCut }), hash);
    // Of several versions the last that came is the one that is meant: when it came, not when it is found.
    const { ctimeMs } = await file.stat();
    return { instance, since: Math.min(Math.floor(ctimeMs), Date.now()) };
  }
}

interface Found {
  readonly instance: QueuedInstance;
  /** When its file got its name; epoch milliseconds. */
  readonly since: number;
}

function instanceOf(found: Instance, hash: string): QueuedInstance {
  const { sopClass, sopInstance, transferSyntax, offset, size, values } = found;
  const resources = resourcesOf({
    patientId: values.get(tag.patientId) ?? "",
    studyInstance: values.get(tag.studyInstance) ?? "",
    seriesInstance: values.get(tag.seriesInstance) ?? "",
    sopInstance,
  });
  const cut = found.isCut && ({ isCut: true } as const);
  return { hash, sopClass, sopInstance, transferSyntax, offset, size, resources, ...cut };
}
