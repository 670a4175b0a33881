import { Value } from "typebox/value";
import { requireAlternates } from "./alternates.ts";
import type { PeerAddress, TlsIdentity } from "./dicom/connect.ts";
import { destinationBackOff, instanceRetriesMs, type BackOff } from "./policy/back-off.ts";
import { readSendingPolicy, type SendingPolicy } from "./sending-policy.ts";
import { SettingsInvalid } from "./settings-invalid.ts";
import {
  settingsObject,
  type DestinationGiven,
  type Given,
  type ModalityGiven,
} from "./settings-schema.ts";

/** A peer that instances are sent to. */
export interface Modality extends SendingPolicy {
  readonly name: string;
  readonly aet: string;
  readonly localAet: string;
  readonly address: PeerAddress;
  /** Associations at a time. */
  readonly concurrency: number;
  readonly backOff: BackOff;
  readonly instanceRetriesMs: readonly number[];
  /** Without a byte that the peer takes; milliseconds. */
  readonly timeoutMs: number;
}

/** Everything there is to decide about the queue. */
export interface Settings {
  readonly folder: string;
  readonly minFreeBytes: number;
  /** Where instances are taken; null: nowhere. */
  readonly receiver: {
    readonly aet: string;
    readonly address: string;
    readonly port: number;
  } | null;
  /** How long a file stays after the last that was to be done with it; null: for ever. */
  readonly keepMs: number | null;
  /** It stays, too, until each destination that is asked to answers for it. */
  readonly keepsUncommitted: boolean;
  readonly modalities: ReadonlyMap<string, Modality>;
  /** Associations at a time, and bytes per second, over all destinations; null: as fast as it goes. */
  readonly concurrency: number;
  readonly bytesPerSecond: number | null;
}

/** Reads a file that the configuration names; of certificates and keys. */
export type ReadText = (path: string) => string;

/** Applies every default. @throws {SettingsInvalid} what, where, and what it may be */
export function readSettings(json: unknown, readText: ReadText): Settings {
  const given = check(json ?? {});
  const queue = given.SendQueue ?? {};
  const localAet = given.DicomAet ?? "SENDQ";
  const tls = identityOf(given, readText);
  const modalities = Object.entries(given.DicomModalities ?? {}).map(([name, modality]) => {
    const own = { ...queue.Defaults, ...queue.Destinations?.[name] };
    return [name, modalityOf(name, modality, { own, localAet, tls })] as const;
  });
  requireKnown(queue.Destinations ?? {}, given.DicomModalities ?? {});
  requireAlternates(new Map(modalities));
  return {
    folder: queue.Directory ?? "sendqueue",
    minFreeBytes: (queue.MinFreeMB ?? 1_024) * 1_048_576,
    receiver: receiverOf(given, localAet),
    keepMs: keepMsOf(queue),
    keepsUncommitted: queue.DeleteAfter !== "sent",
    modalities: new Map(modalities),
    ...limitsOf(queue),
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

/** So that what was sent to one destination can be sent to another. */
const defaultKeepMinutes = 60;

const keepMsOf = ({ DeleteAfter, KeepMinutes }: NonNullable<Given["SendQueue"]>): number | null =>
  DeleteAfter === "never" ? null : (KeepMinutes ?? defaultKeepMinutes) * 60_000;

/** What is misspelled must not be without effect. @throws {SettingsInvalid} */
function requireKnown(named: object, modalities: object): void {
  const unknown = Object.keys(named).find((name) => !Object.hasOwn(modalities, name));
  if (unknown === undefined) return;
  const name = JSON.stringify(unknown);
  throw new SettingsInvalid(`"SendQueue.Destinations" names ${name}, which is no modality.`);
}

function receiverOf(given: Given, aet: string): Settings["receiver"] {
  if (given.DicomServerEnabled !== true) return null;
  return { aet, address: given.DicomAddress ?? "127.0.0.1", port: given.DicomPort ?? 4_242 };
}

interface Common {
  readonly own: DestinationGiven;
  readonly localAet: string;
  readonly tls: TlsIdentity;
}

function modalityOf(name: string, given: ModalityGiven, { own, localAet, tls }: Common): Modality {
  const modality = longForm(given);
  return {
    name,
    aet: modality.AET,
    localAet: modality.LocalAet ?? localAet,
    address: {
      host: modality.Host,
      port: modality.Port,
      tls: modality.UseDicomTls === true ? tls : null,
    },
    timeoutMs: (modality.Timeout ?? defaultTimeout) * 1_000,
    ...policiesOf(own, name),
  };
}

/** In seconds, as Orthanc has it. */
const defaultTimeout = 60;

type LongForm = Exclude<ModalityGiven, readonly unknown[]>;

const longForm = (given: ModalityGiven): LongForm =>
  Array.isArray(given) ? { AET: given[0], Host: given[1], Port: given[2] } : given;

function policiesOf(
  own: DestinationGiven,
  name: string,
): Omit<Modality, "name" | "aet" | "localAet" | "address" | "timeoutMs"> {
  const sending = readSendingPolicy(own, name);
  return {
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
