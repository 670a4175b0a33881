import { Type, type Static } from "typebox";
import { alertsObject } from "./alerts.ts";
import { folderObject, repushPolicy, ruleObject } from "../routing/routing-schema.ts";
import { bytesPerSecond, sendingPolicy } from "./sending-policy.ts";

const aet = Type.String({ minLength: 1, maxLength: 16 });
const port = Type.Integer({ minimum: 1, maximum: 65_535 });
const host = Type.String({ minLength: 1 });

export const modalityObject = Type.Object(
  {
    AET: aet,
    Host: host,
    Port: port,
    LocalAet: Type.Optional(aet),
    Timeout: Type.Optional(Type.Number({ minimum: 0.001, maximum: 86_400 })),
    UseDicomTls: Type.Optional(Type.Boolean()),
    AllowStorageCommitment: Type.Optional(Type.Boolean()),
  },
  // Orthanc's other members are about what this queue does not do.
  { additionalProperties: true },
);

/** Orthanc's short form. */
const modalityTuple = Type.Tuple([aet, host, port]);

const webServerObject = Type.Object(
  {
    Url: Type.String({ minLength: 1 }),
    Username: Type.Optional(Type.String()),
    /** This, and the values of headers: themselves, "env:NAME" or "file:path". */
    Password: Type.Optional(Type.String()),
    HttpHeaders: Type.Optional(Type.Record(Type.String(), Type.String())),
    Timeout: Type.Optional(Type.Number({ minimum: 0.001, maximum: 86_400 })),
    ChunkedTransfers: Type.Optional(Type.Boolean()),
    CertificateFile: Type.Optional(Type.String()),
    CertificateKeyFile: Type.Optional(Type.String()),
    CertificateKeyPassword: Type.Optional(Type.String()),
    HttpsCACertificates: Type.Optional(Type.String()),
    // Orthanc's, about what this queue does not do.
    HasDelete: Type.Optional(Type.Boolean()),
    HasWadoRsUniversalTransferSyntax: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** Orthanc's short forms: a URL, or with a name and a password. */
const webServerTuples = [
  Type.Tuple([Type.String()]),
  Type.Tuple([Type.String(), Type.String(), Type.String()]),
] as const;

const stowObject = Type.Object(
  {
    BatchInstances: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    BatchMB: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  },
  { additionalProperties: false },
);

/** Of one destination, or of all of them. */
const destination = {
  Concurrency: Type.Integer({ minimum: 1, maximum: 8 }),
  Retry: Type.Object(
    {
      First: Type.Number({ exclusiveMinimum: 0 }),
      Factor: Type.Number({ minimum: 1 }),
      Max: Type.Number({ exclusiveMinimum: 0 }),
      Jitter: Type.Number({ minimum: 0, maximum: 1 }),
    },
    { additionalProperties: false },
  ),
  InstanceRetries: Type.Array(Type.Number({ minimum: 0 })),
  RepushPolicy: repushPolicy,
  /** Of DICOMweb servers. */
  ConfirmByQido: Type.Boolean(),
  ...sendingPolicy,
};

export const destinationObject = Type.Partial(Type.Object(destination), {
  additionalProperties: false,
});

export const settingsObject = Type.Object(
  {
    DicomAet: Type.Optional(aet),
    DicomPort: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    DicomAddress: Type.Optional(host),
    DicomServerEnabled: Type.Optional(Type.Boolean()),
    DicomModalities: Type.Optional(
      Type.Record(Type.String(), Type.Union([modalityTuple, modalityObject])),
    ),
    DicomWeb: Type.Optional(
      Type.Object(
        {
          Servers: Type.Optional(
            Type.Record(Type.String(), Type.Union([...webServerTuples, webServerObject])),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    DicomTlsEnabled: Type.Optional(Type.Boolean()),
    DicomTlsRemoteCertificateRequired: Type.Optional(Type.Boolean()),
    DicomTlsCertificate: Type.Optional(Type.String()),
    DicomTlsPrivateKey: Type.Optional(Type.String()),
    DicomTlsTrustedCertificates: Type.Optional(Type.String()),
    SendQueue: Type.Optional(
      Type.Object(
        {
          Directory: Type.Optional(Type.String({ minLength: 1 })),
          MinFreeMB: Type.Optional(Type.Number({ minimum: 0 })),
          /** Of those that wait, and those that are errors. */
          MaxItems: Type.Optional(Type.Integer({ minimum: 1 })),
          Fsync: Type.Optional(Type.Union([Type.Literal("always"), Type.Literal("group")])),
          KeepMinutes: Type.Optional(Type.Number({ minimum: 0 })),
          /** Over all destinations. */
          Concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
          BytesPerSecond: Type.Optional(bytesPerSecond),
          Alerts: Type.Optional(alertsObject),
          Rules: Type.Optional(Type.Array(ruleObject)),
          Folders: Type.Optional(Type.Record(Type.String(), folderObject)),
          Defaults: Type.Optional(destinationObject),
          Destinations: Type.Optional(Type.Record(Type.String(), destinationObject)),
          Stow: Type.Optional(stowObject),
          /** Where instances are fetched from that are to be sent and are not here. */
          Orthanc: Type.Optional(Type.Union([...webServerTuples, webServerObject])),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export type Given = Static<typeof settingsObject>;
export type DestinationGiven = Static<typeof destinationObject>;
/** A modality in either of Orthanc's forms. */
export type ModalityGiven = Static<typeof modalityTuple> | Static<typeof modalityObject>;
/** A DICOMweb server in any of Orthanc's forms. */
export type WebServerGiven =
  | Static<(typeof webServerTuples)[number]>
  | Static<typeof webServerObject>;
