import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

/** ASN.1, as far as a certificate needs it (X.690, DER). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 256) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const identifier = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const text = (tag: number, words: string): Buffer => der(tag, Buffer.from(words));

/** YYYYMMDDHHMMSSZ */
const time = (at: number): Buffer =>
  text(0x18, `${new Date(at).toISOString().replaceAll(/\D/g, "").slice(0, 14)}Z`);

const ecdsaWithSha256 = sequence(identifier("2a8648ce3d040302"));

const pem = (label: string, bytes: Buffer): string => {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
};

/** In PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate for localhost and 127.0.0.1 that has signed itself. `days`: good for so many. */
export function makeCertificate(days = 1): Certificate {
  const { publicKey, privateKey } = newPair();
  const name = named("localhost");
  const extensions = [alternativeNames("localhost", true)];
  const parts = { subject: name, issuer: name, publicKey, extensions, days };
  return { cert: signed(parts, privateKey), key: exported(privateKey) };
}

/** Whom others trust, and who signs for them. */
export class Authority {
  /** Its own certificate, in PEM. */
  readonly cert: string;
  readonly #name: Buffer;
  readonly #key: KeyObject;

  constructor(name: string) {
    const { publicKey, privateKey } = newPair();
    this.#name = named(name);
    this.#key = privateKey;
    const parts = { subject: this.#name, issuer: this.#name, publicKey };
    this.cert = signed({ ...parts, extensions: [maySign], days: 1 }, privateKey);
  }

  /** `days`: good for so many, from the day before yesterday on; below 0: it has expired. */
  issue(host = "localhost", days = 1): Certificate {
    const { publicKey, privateKey } = newPair();
    const extensions = [alternativeNames(host, host === "localhost")];
    const parts = { subject: named(host), issuer: this.#name, publicKey, extensions, days };
    return { cert: signed(parts, this.#key), key: exported(privateKey) };
  }
}

const newPair = (): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } =>
  generateKeyPairSync("ec", { namedCurve: "P-256" });

const exported = (key: KeyObject): string =>
  key.export({ type: "pkcs8", format: "pem" }).toString();

const named = (name: string): Buffer =>
  sequence(der(0x31, sequence(identifier("550403"), text(0x0c, name))));

function alternativeNames(host: string, isLoopback: boolean): Buffer {
  const address = isLoopback ? [der(0x87, Buffer.of(127, 0, 0, 1))] : [];
  return sequence(identifier("551d11"), der(0x04, sequence(text(0x82, host), ...address)));
}

/** Basic constraints: its holder signs for others. */
const maySign = sequence(
  identifier("551d13"),
  der(0x01, Buffer.of(0xff)),
  der(0x04, sequence(der(0x01, Buffer.of(0xff)))),
);

interface Parts {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly days: number;
}

function signed(
  { subject, issuer, publicKey, extensions, days }: Parts,
  signer: KeyObject,
): string {
  const day = 86_400_000;
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.from([1, ...randomBytes(6)])),
    ecdsaWithSha256,
    issuer,
    sequence(time(Date.now() - 2 * day), time(Date.now() + days * day)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", toBeSigned, signer);
  const bits = der(0x03, Buffer.concat([Buffer.of(0), signature]));
  return pem("CERTIFICATE", sequence(toBeSigned, ecdsaWithSha256, bits));
}
