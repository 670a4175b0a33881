import type { TlsOptions } from "node:tls";
import { SettingsInvalid } from "./invalid.ts";
import type { Given } from "./schema.ts";

/** How those who send to us are received over TLS; certificates and keys as PEM. */
export type TlsReception = Readonly<
  Required<Pick<TlsOptions, "cert" | "key" | "requestCert" | "rejectUnauthorized">> &
    Pick<TlsOptions, "ca">
>;

/**
 * As in Orthanc a caller has to show a certificate, unless it is said that none is required. Without
 * those who are trusted anybody's would do: that is refused.
 * @throws {SettingsInvalid}; what reading throws
 */
export function tlsReceptionOf(given: Given, readText: (path: string) => string): TlsReception {
  const { DicomTlsCertificate, DicomTlsPrivateKey, DicomTlsTrustedCertificates } = given;
  if (DicomTlsCertificate === undefined || DicomTlsPrivateKey === undefined) {
    throw new SettingsInvalid(
      `"DicomTlsEnabled" needs "DicomTlsCertificate" and "DicomTlsPrivateKey".`,
    );
  }
  const isRequired = given.DicomTlsRemoteCertificateRequired ?? true;
  if (isRequired && DicomTlsTrustedCertificates === undefined) {
    throw new SettingsInvalid(
      `"DicomTlsEnabled" needs "DicomTlsTrustedCertificates", or "DicomTlsRemoteCertificateRequired": false.`,
    );
  }
  return {
    cert: readText(DicomTlsCertificate),
    key: readText(DicomTlsPrivateKey),
    requestCert: isRequired,
    rejectUnauthorized: isRequired,
    ...(DicomTlsTrustedCertificates === undefined
      ? {}
      : { ca: readText(DicomTlsTrustedCertificates) }),
  };
}
