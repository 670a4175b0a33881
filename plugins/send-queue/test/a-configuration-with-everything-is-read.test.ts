import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSettings } from "../src/settings/settings.ts";

/** Each setting once, in the shape in which somebody who knows Orthanc writes it. */
const everything = {
  DicomAet: "SENDQ",
  DicomModalities: {
    pacs: ["PACS", "10.0.0.5", 104],
    vna: {
      AET: "VNA",
      Host: "vna.local",
      Port: 11_112,
      UseDicomTls: true,
      LocalAet: "GW1",
      Timeout: 45,
      AllowTranscoding: false,
      AllowStorageCommitment: true,
    },
  },
  DicomWeb: {
    Servers: {
      cloud: {
        Url: "https://pacs.example/dicom-web/",
        Username: "u",
        Password: "file:secret",
        HttpHeaders: {},
        Timeout: 30,
        ChunkedTransfers: false,
      },
    },
  },
  DicomTlsCertificate: "certificate",
  DicomTlsPrivateKey: "key",
  DicomTlsTrustedCertificates: "trusted",
  DicomTlsRemoteCertificateRequired: true,
  SendQueue: {
    Directory: "elsewhere",
    MinFreeMB: 2,
    MaxItems: 3,
    Fsync: "always",
    Defaults: {
      Concurrency: 2,
      MaxPerAssociation: 100,
      Retry: { First: 1, Factor: 3, Max: 60, Jitter: 0.1 },
      InstanceRetries: [1, 2],
      MaxAge: "1d",
      RepushPolicy: "never",
      DeleteAfter: "sent",
      WarningsAreFailures: true,
      StrictOrder: false,
      StructureCheck: false,
    },
    Destinations: {
      pacs: { Concurrency: 1, Schedule: "22:00-06:00" },
      vna: { Alternate: "pacs", AlternateAfter: "30m", StructureCheck: true },
    },
    Stow: { BatchInstances: 5, BatchMB: 1 },
    Orthanc: { Url: "http://10.0.0.6:8042", Username: "u", Password: "p", Timeout: 5 },
    Alerts: {
      Url: "http://127.0.0.1/hook",
      On: ["destination-down", "dead-letter", "disk-low"],
      MinInterval: "10m",
    },
  },
};

const defaults = {
  maxPerAssociation: 100,
  stepLimit: 100,
  backOff: { firstMs: 1_000, factor: 3, capMs: 60_000, jitter: 0.1 },
  instanceRetriesMs: [1_000, 2_000],
  maxAgeMs: 86_400_000,
  deleteAfter: "sent",
  areWarningsFailures: true,
  isStrict: false,
  commitmentMs: 86_400_000,
};

describe("a configuration with everything is read", () => {
  const settings = readSettings(everything, (path) => `content of ${path}`);

  it("what is of the queue", () => {
    const { folder, minFreeBytes, maxItems, fsync, takesCut, alerts } = settings;
    assert.deepEqual(
      { folder, minFreeBytes, maxItems, fsync, takesCut, everyMs: alerts?.minIntervalMs },
      {
        folder: "elsewhere",
        minFreeBytes: 2 * 1_048_576,
        maxItems: 3,
        fsync: "always",
        takesCut: true,
        everyMs: 600_000,
      },
    );
  });

  it("what is of all destinations, and what is of one", () => {
    const pacs = settings.targets.get("pacs");
    const window = [{ from: 22 * 60, to: 6 * 60 }];
    assert.deepEqual(pick(pacs, defaults), defaults);
    assert.deepEqual(pick(pacs, { concurrency: 0, schedule: 0, isStructureChecked: 0 }), {
      concurrency: 1,
      schedule: window,
      isStructureChecked: false,
    });
    const vna = settings.targets.get("vna");
    const own = {
      concurrency: 2,
      isStructureChecked: true,
      alternate: { to: "pacs", afterMs: 1_800_000 },
      localAet: "GW1",
      timeoutMs: 45_000,
    };
    assert.deepEqual(pick(vna, { ...own, ...defaults }), { ...own, ...defaults });
    const tls = { ca: "content of trusted", cert: "content of certificate", key: "content of key" };
    const address = { host: "vna.local", port: 11_112, tls };
    assert.deepEqual(pick(vna, { address }), { address });
  });

  it("what is of a DICOMweb server", () => {
    const own = {
      timeoutMs: 30_000,
      isChunked: false,
      username: "u",
      room: { instances: 5, bytes: 1_048_576 },
    };
    const { commitmentMs: _none, ...rest } = defaults;
    const expected = { ...rest, ...own, commitmentMs: null };
    assert.deepEqual(pick(settings.targets.get("cloud"), expected), expected);
  });

  it("what is of the Orthanc that is fetched from, and that there is none", () => {
    const { address, timeoutMs } = settings.orthanc ?? {};
    assert.deepEqual([address?.url.href, timeoutMs], ["http://10.0.0.6:8042/", 5_000]);
    assert.equal(readSettings({}, () => "").orthanc, null);
    assert.throws(
      () => readSettings({ SendQueue: { Orthanc: ["ftp://10.0.0.6/"] } }, () => ""),
      /The Url of the Orthanc that is fetched from/,
    );
  });

  it("that a modality's reports are not taken: then it is not asked for any", () => {
    const vna = { ...everything.DicomModalities.vna, AllowStorageCommitment: false };
    const silent = {
      DicomModalities: { vna },
      SendQueue: { Defaults: { StorageCommitment: true } },
    };
    assert.equal(readSettings(silent, () => "").targets.get("vna")?.commitmentMs, null);
  });
});

/** The members of `value` that `like` has. */
function pick(value: object | undefined, like: object): object {
  const members = Object.entries(value ?? {}).filter(([name]) => name in like);
  return Object.fromEntries(members);
}
