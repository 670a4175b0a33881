import type { TlsIdentity } from "../dicom/connect.ts";

/** Where a DICOMweb server is and how it is spoken to. */
export interface WebAddress {
  /** Of the service, ending with a slash: "https://pacs.example/dicom-web/". */
  readonly url: URL;
  /** Sent with each request. They may hold secrets: never shown. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: WebIdentity;
}

/** How an HTTPS server is trusted, and who we are to it. */
export interface WebIdentity extends TlsIdentity {
  /** Of the key. */
  readonly passphrase?: string;
}
