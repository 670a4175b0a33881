import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { JobEngineError } from "../../core/errors.ts";

/** The files of a certificate, in PEM. */
export interface TlsOptions {
  /** The certificate and those of who has signed it; it may hold the key, too, as Orthanc's does. */
  readonly certificate: string;
  /** Default: it stands in the file of the certificate. */
  readonly key?: string;
}

/** What a server needs, and the files it was read from. */
export interface Tls {
  readonly files: TlsOptions;
  readonly cert: string;
  readonly key: string;
}

/** Reads and checks the files. @throws {JobEngineError} CONFIG_INVALID */
export function readTls(files: TlsOptions): Tls {
  const { certificate, key: keyFile = certificate } = files;
  const cert = readPem(certificate, "the certificate");
  const key = readPem(keyFile, "the key of the certificate");
  if (!/-----BEGIN CERTIFICATE-----/.test(cert)) {
    throw invalid(`${certificate} has no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) {
    const hint = keyFile === certificate ? `; name its file ("SslCertificateKey")` : "";
    throw invalid(`${keyFile} has no private key in PEM${hint}`);
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const why = reasonOf(error);
    const words = `the certificate ${certificate} and the key ${keyFile} cannot be used (${why})`;
    throw invalid(words);
  }
  mustBeValid(certificate, cert);
  return { files, cert, key };
}

/** One that no client accepts is better noticed here than there. */
function mustBeValid(file: string, cert: string): void {
  const { validTo } = new X509Certificate(cert);
  if (Date.parse(validTo) > Date.now()) return;
  throw invalid(`the certificate ${file} has expired (${validTo}); renew it`);
}

function readPem(file: unknown, what: string): string {
  if (typeof file !== "string") throw invalid(`${what} must be the path of a file`);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw invalid(`${what} ${file} cannot be read (${reasonOf(error)})`);
  }
}

/** A code, never a text that may repeat what stands in a file. */
function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}

const invalid = (detail: string): JobEngineError => new JobEngineError("CONFIG_INVALID", detail);
