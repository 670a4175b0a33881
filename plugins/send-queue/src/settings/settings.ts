import { Value } from "typebox/value";
import { alertSettingsOf, type AlertSettings } from "./alerts.ts";
import { requireAlternates } from "./alternates.ts";
import type { Room } from "../destinations/batch.ts";
import type { PeerAddress, TlsIdentity } from "../dicom/connect.ts";
import { destinationBackOff, instanceRetriesMs, type BackOff } from "../policy/back-off.ts";
import type { Fsync } from "../queue/messages.ts";
import { namedDestinations, readRouting, type Routing } from "../routing/read-routing.ts";
import { readSendingPolicy, type SendingPolicy } from "./sending-policy.ts";
import { SettingsInvalid } from "./invalid.ts";
import { tlsReceptionOf, type TlsReception } from "./tls.ts";
import { webPlaceOf, type Named, type WebPlace } from "./web.ts";
import { settingsObject, type DestinationGiven, type Given, type ModalityGiven } from "./schema.ts";

/** What goes for a destination of any kind. */
interface Policies extends SendingPolicy {
  /** No other destination has it. */
  readonly name: string;
  /** Associations or connections at a time. */
  readonly concurrency: number;
  readonly backOff: BackOff;
  readonly instanceRetriesMs: readonly number[];
}

/** A peer that instances are sent to with C-STORE. */
export interface Modality extends Policies {
  readonly kind: "dicom";
  readonly aet: string;
  readonly localAet: string;
  readonly address: PeerAddress;
  /** Without a byte that the peer takes; milliseconds. */
  readonly timeoutMs: number;
}

/** A DICOMweb server that instances are sent to with STOW-RS. */
export interface WebServer extends Policies, WebPlace {
  readonly kind: "dicom-web";
  /** What goes together in one request, at most. */
  readonly room: Room;
  /** Whether it is asked (QIDO-RS) for what it does not tell of. */
  readonly isConfirmed: boolean;
}

/** Where instances are sent to. */
export type Target = Modality | WebServer;

/** Everything there is to decide about the queue. */
export interface Settings {
  readonly folder: string;
  readonly minFreeBytes: number;
  /** So many items may wait or be errors. */
  readonly maxItems: number;
  readonly fsync: Fsync;
  /** What is cut off is taken in: a destination may want it, or one that is entered later. */
  readonly takesCut: boolean;
  /** Where instances are taken; null: nowhere. */
  readonly receiver: {
    readonly aet: string;
    readonly address: string;
    readonly port: number;
    /** Null: plain TCP. */
    readonly tls: TlsReception | null;
  } | null;
  /** How long a file stays after the last that was to be done with it; milliseconds. */
  readonly keepMs: number;
  readonly targets: ReadonlyMap<string, Target>;
  readonly routing: Routing;
  /** Where instances are fetched from that are to be sent and are not here; null: nowhere. */
  readonly orthanc: WebPlace | null;
  /** Associations and connections at a time, and bytes per second, over all destinations; null: as fast as it goes. */
  readonly concurrency: number;
  readonly bytesPerSecond: number | null;
  /** Null: nobody is told. */
  readonly alerts: AlertSettings | null;
}

/** Reads a file that the configuration names; of certificates and keys. */
export type ReadText = (path: string) => string;

const defaultFolder = "sendqueue";

/** Where everything is that is kept. @throws {SettingsInvalid} */
export const readFolder = (json: unknown): string =>
  check(json ?? {}).SendQueue?.Directory ?? defaultFolder;

/** Applies every default. @throws {SettingsInvalid} what, where, and what it may be */
export function readSettings(json: unknown, readText: ReadText): Settings {
  const given = check(json ?? {});
  const queue = given.SendQueue ?? {};
  const localAet = given.DicomAet ?? "SENDQ";
  const targets = targetsOf(given, localAet, readText);
  const named = Object.keys(queue.Destinations ?? {});
  requireKnown(new Map(named.map((name) => [name, "SendQueue.Destinations"])), targets);
  requireKnown(namedDestinations(queue), targets);
  requireAlternates(targets);
  return {
    folder: queue.Directory ?? defaultFolder,
    ...keepingOf(queue, targets),
    receiver: receiverOf(given, localAet, readText),
    targets,
    routing: readRouting(queue),
    orthanc: queue.Orthanc === undefined ? null : webPlaceOf(orthancNamed, queue.Orthanc, readText),
    ...limitsOf(queue),
    alerts: alertSettingsOf(queue.Alerts),
  };
}

/** Over all destinations. */
const limitsOf = ({
  Concurrency,
  BytesPerSecond,
}: NonNullable<Given["SendQueue"]>): Pick<Settings, "concurrency" | "bytesPerSecond"> => ({
  concurrency: Concurrency ?? 8,
  bytesPerSecond: BytesPerSecond ?? null,
});

const webServerNamed = (name: string): Named => ({
  called: `the DICOMweb server ${JSON.stringify(name)}`,
  setting: `DicomWeb.Servers.${name}`,
});

const orthancNamed: Named = {
  called: "the Orthanc that is fetched from",
  setting: "SendQueue.Orthanc",
};

/** Everything that may be sent to, by name. @throws {SettingsInvalid} */
function targetsOf(
  given: Given,
  localAet: string,
  readText: ReadText,
): ReadonlyMap<string, Target> {
  const tls = identityOf(given, readText);
  const { Defaults, Destinations, Stow = {} } = given.SendQueue ?? {};
  const policies = (name: string): Policies =>
    policiesOf(name, { ...Defaults, ...Destinations?.[name] });
  const modalities = Object.entries(given.DicomModalities ?? {}).map(([name, modality]) =>
    modalityOf(modality, policies(name), { localAet, tls }),
  );
  const room = roomOf(Stow);
  const webServers = Object.entries(given.DicomWeb?.Servers ?? {}).map(([name, server]) =>
    webServerOf(policies(name), webPlaceOf(webServerNamed(name), server, readText), {
      room,
      isConfirmed: { ...Defaults, ...Destinations?.[name] }.ConfirmByQido ?? false,
    }),
  );
  return namedApart([...modalities, ...webServers]);
}

/** So that what was sent to one destination can be sent to another. */
const defaultKeepMinutes = 60;

/** What may come in, and what becomes of it. */
const keepingOf = (
  queue: NonNullable<Given["SendQueue"]>,
  targets: ReadonlyMap<string, Target>,
): Pick<Settings, "minFreeBytes" | "maxItems" | "fsync" | "takesCut" | "keepMs"> => ({
  minFreeBytes: (queue.MinFreeMB ?? 1_024) * 1_048_576,
  maxItems: queue.MaxItems ?? 1_000_000,
  fsync: queue.Fsync ?? "group",
  takesCut:
    queue.Defaults?.StructureCheck === false ||
    [...targets.values()].some(({ isStructureChecked }) => !isStructureChecked),
  keepMs: (queue.KeepMinutes ?? defaultKeepMinutes) * 60_000,
});

/** Items and jobs know their destination by its name. @throws {SettingsInvalid} two have the same */
function namedApart(targets: readonly Target[]): ReadonlyMap<string, Target> {
  const byName = new Map(targets.map((target) => [target.name, target]));
  if (byName.size === targets.length) return byName;
  const twice = targets.find((target) => byName.get(target.name) !== target);
  const name = JSON.stringify(twice?.name);
  throw new SettingsInvalid(`A modality and a DICOMweb server have the same name, ${name}.`);
}

/** What is misspelled must not be without effect; `named`: names, and where they stand. @throws {SettingsInvalid} */
function requireKnown(
  named: ReadonlyMap<string, string>,
  targets: ReadonlyMap<string, Target>,
): void {
  for (const [name, where] of named) {
    if (targets.has(name)) continue;
    throw new SettingsInvalid(`"${where}" names ${JSON.stringify(name)}, which is no destination.`);
  }
}

function receiverOf(given: Given, aet: string, readText: ReadText): Settings["receiver"] {
  if (given.DicomServerEnabled !== true) return null;
  const address = given.DicomAddress ?? "127.0.0.1";
  const tls = given.DicomTlsEnabled === true ? tlsReceptionOf(given, readText) : null;
  return { aet, address, port: given.DicomPort ?? 4_242, tls };
}

interface Common {
  readonly localAet: string;
  readonly tls: TlsIdentity;
}

function modalityOf(given: ModalityGiven, policies: Policies, { localAet, tls }: Common): Modality {
  const modality = longForm(given);
  return {
    kind: "dicom",
    ...policies,
    // One whose reports are not taken is not asked for any.
    commitmentMs: modality.AllowStorageCommitment === false ? null : policies.commitmentMs,
    aet: modality.AET,
    localAet: modality.LocalAet ?? localAet,
    address: {
      host: modality.Host,
      port: modality.Port,
      tls: modality.UseDicomTls === true ? tls : null,
    },
    timeoutMs: (modality.Timeout ?? defaultTimeout) * 1_000,
  };
}

/** In seconds, as Orthanc has it. */
const defaultTimeout = 60;

type LongForm = Exclude<ModalityGiven, readonly unknown[]>;

const longForm = (given: ModalityGiven): LongForm =>
  Array.isArray(given) ? { AET: given[0], Host: given[1], Port: given[2] } : given;

const webServerOf = (
  policies: Policies,
  place: WebPlace,
  stow: Pick<WebServer, "room" | "isConfirmed">,
): WebServer => ({
  kind: "dicom-web",
  ...policies,
  ...place,
  ...stow,
  // STOW-RS has none.
  commitmentMs: null,
  isCommitmentAsked: false,
});

/** In one request. */
const defaultBatchInstances = 10;
const defaultBatchMegabytes = 64;

const roomOf = (stow: NonNullable<NonNullable<Given["SendQueue"]>["Stow"]>): Room => ({
  instances: stow.BatchInstances ?? defaultBatchInstances,
  bytes: (stow.BatchMB ?? defaultBatchMegabytes) * 1_048_576,
});

function policiesOf(name: string, own: DestinationGiven): Policies {
  const sending = readSendingPolicy(own, name);
  return {
    name,
    ...sending,
    // Two at a time have no order.
    concurrency: sending.isStrict ? 1 : (own.Concurrency ?? 2),
    backOff: backOffOf(own.Retry),
    instanceRetriesMs: own.InstanceRetries?.map((seconds) => seconds * 1_000) ?? instanceRetriesMs,
  };
}

function backOffOf(retry: DestinationGiven["Retry"]): BackOff {
  if (retry === undefined) return destinationBackOff;
  const { First, Factor, Max, Jitter } = retry;
  return { firstMs: First * 1_000, factor: Factor, capMs: Max * 1_000, jitter: Jitter };
}

function identityOf(given: Given, readText: ReadText): TlsIdentity {
  const { DicomTlsCertificate, DicomTlsPrivateKey, DicomTlsTrustedCertificates } = given;
  return {
    ...(DicomTlsTrustedCertificates === undefined
      ? {}
      : { ca: readText(DicomTlsTrustedCertificates) }),
    ...(DicomTlsCertificate === undefined ? {} : { cert: readText(DicomTlsCertificate) }),
    ...(DicomTlsPrivateKey === undefined ? {} : { key: readText(DicomTlsPrivateKey) }),
  };
}

/** @throws {SettingsInvalid} */
function check(json: unknown): Given {
  if (Value.Check(settingsObject, json)) return json;
  const [error] = Value.Errors(settingsObject, json);
  const path = (error?.instancePath ?? "").split("/").slice(1).join(".");
  const where = path === "" ? "The settings" : `The setting ${path}`;
  throw new SettingsInvalid(`${where} of the send queue ${error?.message ?? "cannot be read"}.`);
}
