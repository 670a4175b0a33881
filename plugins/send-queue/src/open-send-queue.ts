import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject, JsonValue } from "../../../src/sdk.ts";
import { Bandwidth } from "./destinations/bandwidth.ts";
import { CheckedSenders } from "./destinations/checked-senders.ts";
import type { OnlyVersion } from "./destinations/confirmation.ts";
import { Destination } from "./destinations/destination.ts";
import { DicomSenders } from "./destinations/dicom-sender.ts";
import { Lanes } from "./destinations/lanes.ts";
import { RenewedSenders } from "./destinations/renewed-senders.ts";
import type { SenderFactory } from "./destinations/sender.ts";
import { StowSenders } from "./destinations/stow-sender.ts";
import { Roster } from "./destinations/roster.ts";
import { Requests } from "./job/requests.ts";
import type { TellDisk } from "./queue/late-sync.ts";
import { Queue } from "./queue/queue.ts";
import { Intake, type Adopted } from "./receive/intake.ts";
import { Router } from "./routing/router.ts";
import { EnteredModalities } from "./settings/entered-modalities.ts";
import { readFolder, readSettings, type Settings, type Target } from "./settings/settings.ts";
import { Spool } from "./spool/spool.ts";

/** The parts of a queue that is open. */
export interface SendQueue extends AsyncDisposable {
  readonly settings: Settings;
  readonly queue: Queue;
  readonly spool: Spool;
  readonly intake: Intake;
  readonly router: Router;
  readonly requests: Requests;
  readonly destinations: Roster;
  /** Those that were entered over REST. */
  readonly modalities: EnteredModalities;
  readonly change: Change;
  /** What was in the spool and the queue did not know: its file was lost, or is an older copy. */
  readonly adopted: Adopted;
}

/** What may be changed while it is open. */
export interface Change {
  /** What the settings would be. @throws {SettingsInvalid} */
  readonly read: (json: JsonValue) => Settings;
  readonly enter: (target: Target) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

/** So many files are removed at once. */
const tidySize = 500;

/** How often it is looked for files that nobody needs, in milliseconds. */
const tidyMs = 30_000;

/** @throws {SettingsInvalid} */
const read = (given: unknown): Settings =>
  readSettings(given, (path) => readFileSync(path, "utf8"));

/**
 * Opens spool and queue where the settings say. `onDisk`: as the queue has it. @throws {SettingsInvalid};
 * {QueueFailed}
 */
export async function openSendQueue(json: unknown, onDisk?: TellDisk): Promise<SendQueue> {
  // Whatever is no object is refused here.
  const folder = readFolder(json);
  const modalities = await EnteredModalities.open(folder, (json ?? {}) as JsonObject);
  const settings = read(modalities.settings());
  await mkdir(settings.folder, { recursive: true });
  const spool = await Spool.open(join(settings.folder, "spool"), settings.minFreeBytes);
  const path = join(settings.folder, "queue.sqlite");
  const queue = await Queue.open(path, onDisk, settings.fsync);
  await queue.call("limit", { most: settings.maxItems });
  const router = new Router(settings.routing);
  const intake = new Intake(spool, queue, router, settings.takesCut);
  const adopted = await intake.adopt();
  const lanes = new Lanes(settings.concurrency);
  const all = limitOf(settings.bytesPerSecond);
  const paused = new Set(await queue.call("paused", {}));
  const isOnlyVersion = onlyVersionIn(queue);
  const make = (target: Target, isPaused: boolean): Destination => {
    const limits = [...limitOf(target.bytesPerSecond), ...all];
    const senders = new RenewedSenders(
      new CheckedSenders(sendersFor(target, spool, limits, isOnlyVersion), spool, target),
      target.maxPerAssociation,
    );
    return new Destination(target, { queue, senders, lanes, isPaused });
  };
  const destinations = new Roster(settings.targets.values(), paused, make);
  const tidier = settings.keepMs === null ? null : new Tidier(queue, spool, settings);
  return {
    settings,
    queue,
    spool,
    intake,
    adopted,
    router,
    requests: new Requests(),
    destinations,
    modalities,
    change: {
      read,
      enter: async (target) => {
        const names = await queue.call("paused", {});
        await destinations.enter(target, names.includes(target.name));
      },
      remove: (name) => destinations.remove(name),
    },
    [Symbol.asyncDispose]: async () => {
      router.end();
      await destinations.close();
      await tidier?.end();
      await queue.close();
    },
  };
}

const limitOf = (bytesPerSecond: number | null): readonly Bandwidth[] =>
  bytesPerSecond === null ? [] : [new Bandwidth(bytesPerSecond)];

const onlyVersionIn =
  (queue: Queue): OnlyVersion =>
  ({ instance: { sopInstance, hash } }) =>
    queue.call("isOnlyVersion", { sopInstance, hash });

function sendersFor(
  target: Target,
  spool: Spool,
  limits: readonly Bandwidth[],
  isOnlyVersion: OnlyVersion,
): SenderFactory {
  switch (target.kind) {
    case "dicom":
      return new DicomSenders(target, spool, limits);
    case "dicom-web":
      return new StowSenders(target, spool, limits, isOnlyVersion);
  }
}

/** Removes what is not needed any more, now and then. */
class Tidier {
  readonly #queue: Queue;
  readonly #spool: Spool;
  readonly #keepMs: number;
  readonly #isCommitted: boolean;
  readonly #timer: NodeJS.Timeout;
  #work: Promise<void> = Promise.resolve();

  constructor(queue: Queue, spool: Spool, { keepMs, keepsUncommitted }: Settings) {
    this.#queue = queue;
    this.#spool = spool;
    this.#keepMs = keepMs ?? Infinity;
    this.#isCommitted = keepsUncommitted;
    this.#timer = setInterval(() => {
      // What fails is tried again the next time.
      this.#work = this.#work.then(() => this.#tidy()).catch(() => {});
    }, tidyMs).unref();
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
  }

  async #tidy(): Promise<void> {
    const before = Date.now() - this.#keepMs;
    const isCommitted = this.#isCommitted;
    for (;;) {
      const hashes = await this.#queue.call("unneeded", { limit: tidySize, before, isCommitted });
      await Promise.all(hashes.map((hash) => this.#remove(hash)));
      if (hashes.length < tidySize) return;
    }
  }

  #remove(hash: string): Promise<void> {
    return this.#spool.exclusively([hash], async () => {
      // The same bytes may have come in again meanwhile.
      if (!(await this.#queue.call("isSpooled", { hash }))) await this.#spool.remove(hash);
    });
  }
}
