import { readFileSync } from "node:fs";
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
import { Fetcher, filesAtOnce } from "./fetch/fetcher.ts";
import { Orthanc } from "./fetch/orthanc.ts";
import { Requests } from "./job/requests.ts";
import type { TellDisk } from "./queue/late-sync.ts";
import { Queue } from "./queue/queue.ts";
import { Intake, type Adopted } from "./receive/intake.ts";
import { Router } from "./routing/router.ts";
import { EnteredModalities } from "./settings/entered-modalities.ts";
import { readFolder, readSettings, type Settings, type Target } from "./settings/settings.ts";
import { makeFolder, Spool } from "./spool/spool.ts";
import { Tidier } from "./upkeep/tidier.ts";

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
  /** Null: nothing is fetched from anywhere. */
  readonly fetcher: Fetcher | null;
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
  await makeFolder(settings.folder);
  // First of all: from now on nobody else has anything here.
  const path = join(settings.folder, "queue.sqlite");
  await using opened = new AsyncDisposableStack();
  const queue = opened.adopt(await Queue.open(path, onDisk, settings.fsync), (one) => one.close());
  const spool = await Spool.open(join(settings.folder, "spool"), settings.minFreeBytes);
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
  const { orthanc } = settings;
  const fetcher =
    orthanc === null ? null : new Fetcher(new Orthanc(orthanc, filesAtOnce), { queue, intake });
  const tidier = new Tidier({ queue, spool, destinations }, settings.keepMs);
  // What was thrown up to here has closed it.
  opened.move();
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
    fetcher,
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
      fetcher?.close();
      await destinations.close();
      await tidier.end();
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
