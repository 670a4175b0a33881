import { mkdtemp, rm } from "node:fs/promises";
import type { ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Authority,
  makeCertificate,
  type Certificate,
} from "../../../../test/support/certificate.ts";
import { DestinationFailed } from "../../src/destinations/destination-failed.ts";
import { DicomSenders } from "../../src/destinations/dicom-sender.ts";
import type { SenderFactory } from "../../src/destinations/sender.ts";
import { StowSenders } from "../../src/destinations/stow-sender.ts";
import { readSettings } from "../../src/settings/settings.ts";
import { Spool } from "../../src/spool/spool.ts";

/** Whom both sides trust, and whom nobody knows. */
export const trusted = new Authority("Trusted");
export const stranger = new Authority("Stranger");

/** Certificates of servers, by what is wrong with them. */
export const servers = {
  good: trusted.issue(),
  expired: trusted.issue("localhost", -1),
  "another host's": trusted.issue("elsewhere.example"),
  "of an unknown authority": stranger.issue(),
  "of an unknown authority that it shows": chained(stranger.issue(), stranger.cert),
  "that signed itself": makeCertificate(),
} as const;

function chained({ cert, key }: Certificate, authority: string): Certificate {
  return { cert: cert + authority, key };
}

/** Who we are: files of the configuration by their names. */
const files: Readonly<Record<string, string>> = {
  "ca.pem": trusted.cert,
  ...filesOf("ours", trusted.issue("us.example")),
  ...filesOf("strange", stranger.issue("us.example")),
  ...filesOf("garbled", { ...trusted.issue("us.example"), key: "no key" }),
  ...filesOf("mistaken", { ...trusted.issue("us.example"), key: stranger.issue("us.example").key }),
};

/** What reads the configuration's files. */
export const readText = (path: string): string => files[path] ?? "";

function filesOf(name: string, { cert, key }: Certificate): Record<string, string> {
  return { [`${name}.pem`]: cert, [`${name}.key`]: key };
}

/**
 * One without TLS; nobody, one whom the server trusts, or one whom nobody knows; one whose key is none,
 * or another's.
 */
export type Client = "plain" | "nobody" | "ours" | "strange" | "garbled" | "mistaken";

/** Whether a client has a certificate. */
const isKnown = (client: Client): boolean => client !== "plain" && client !== "nobody";

/** The two kinds of senders, to a server of this machine. */
export const kinds = {
  "C-STORE": (port: number, client: Client, spool: Spool): SenderFactory => {
    const settings = {
      DicomTlsTrustedCertificates: "ca.pem",
      ...(isKnown(client)
        ? { DicomTlsCertificate: `${client}.pem`, DicomTlsPrivateKey: `${client}.key` }
        : {}),
      DicomModalities: {
        peer: { AET: "PEER", Host: "localhost", Port: port, UseDicomTls: client !== "plain" },
      },
    };
    const target = readSettings(settings, readText).targets.get("peer");
    if (target?.kind !== "dicom") throw new TypeError("not a modality");
    return new DicomSenders(target, spool);
  },
  "STOW-RS": (port: number, client: Client, spool: Spool): SenderFactory => {
    const server = {
      Url: `${client === "plain" ? "http" : "https"}://localhost:${port}/dicom-web`,
      HttpsCACertificates: "ca.pem",
      ...(isKnown(client)
        ? { CertificateFile: `${client}.pem`, CertificateKeyFile: `${client}.key` }
        : {}),
    };
    const settings = { DicomWeb: { Servers: { peer: server } } };
    const target = readSettings(settings, readText).targets.get("peer");
    if (target?.kind !== "dicom-web") throw new TypeError("not a web server");
    return new StowSenders(target, spool);
  },
} as const;

/** A server that wants to know who we are. */
export const mutual: ServerOptions = {
  ...servers.good,
  ca: trusted.cert,
  requestCert: true,
  rejectUnauthorized: true,
};

/** What a probe came to: "there", or the failure. */
export async function probed(senders: SenderFactory): Promise<string> {
  try {
    await senders.probe();
    return "there";
  } catch (error) {
    if (!(error instanceof DestinationFailed)) throw error;
    const { scope, kind, code } = error.failure;
    return `${scope} ${kind} ${code}`;
  }
}

/** A spool in a folder of its own, for as long as something is done with it. */
export async function withSpool<T>(use: (spool: Spool) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
  try {
    return await use(await Spool.open(folder, 0));
  } finally {
    await rm(folder, { recursive: true });
  }
}
