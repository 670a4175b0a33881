import { validateHeaderName, validateHeaderValue } from "node:http";
import { SettingsInvalid } from "./invalid.ts";
import type { WebServerGiven } from "./schema.ts";
import type { WebAddress, WebIdentity } from "../stow/web-address.ts";

/** What is configured of one web server, beside what goes for any destination. */
export interface WebPlace {
  readonly address: WebAddress;
  /** Shown: who we are there; null: nobody. */
  readonly username: string | null;
  /** Whether requests go out without saying how long they are. */
  readonly isChunked: boolean;
  /** Without a byte that the server takes; milliseconds. */
  readonly timeoutMs: number;
}

type LongForm = Exclude<WebServerGiven, readonly unknown[]>;

/** In seconds. */
const defaultTimeout = 60;

/** A server in the words of a refusal. */
export interface Named {
  /** As `the DICOMweb server "cloud"`. */
  readonly called: string;
  /** Where it stands in the settings. */
  readonly setting: string;
}

/** Of a server, in either of Orthanc's forms. @throws {SettingsInvalid} what, and what it may be */
export function webPlaceOf(
  { called, setting }: Named,
  given: WebServerGiven,
  readText: (path: string) => string,
): WebPlace {
  const server = longForm(given);
  const secret = new Secrets(`"${setting}"`, readText);
  return {
    address: {
      url: baseOf(called, server.Url),
      headers: { ...headersOf(called, server, secret), ...authorizationOf(called, server, secret) },
      tls: identityOf(server, secret, readText),
    },
    username: server.Username ?? null,
    isChunked: server.ChunkedTransfers ?? true,
    timeoutMs: (server.Timeout ?? defaultTimeout) * 1_000,
  };
}

function longForm(given: WebServerGiven): LongForm {
  if (!Array.isArray(given)) return given;
  const [url = "", username, password] = given;
  return username === undefined || password === undefined
    ? { Url: url }
    : { Url: url, Username: username, Password: password };
}

function baseOf(called: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && url.username + url.password + url.search + url.hash === "";
  if (!isPlain || !["http:", "https:"].includes(url.protocol)) {
    throw new SettingsInvalid(
      `The Url of ${called} is that of a service, http: or https:, without a password, a query or a fragment in it.`,
    );
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/** They are ours to say: what is sent, how long it is, and what is understood. */
const ownHeaders: ReadonlySet<string> = new Set([
  "accept",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "transfer-encoding",
]);

function headersOf(called: string, server: LongForm, secret: Secrets): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [header, given] of Object.entries(server.HttpHeaders ?? {})) {
    const value = secret.read(given);
    const isOurs = ownHeaders.has(header.toLowerCase());
    if (isOurs || (isAuthorization(header) && server.Username !== undefined)) {
      throw new SettingsInvalid(
        `The header ${JSON.stringify(header)} of ${called} is set by the send queue itself.`,
      );
    }
    requireHeader(called, header, value);
    headers[header] = value;
  }
  return headers;
}

const isAuthorization = (header: string): boolean => header.toLowerCase() === "authorization";

/** Its value may be a secret: it is not in the sentence. */
function requireHeader(called: string, header: string, value: string): void {
  try {
    validateHeaderName(header);
    validateHeaderValue(header, value);
  } catch {
    throw new SettingsInvalid(
      `The header ${JSON.stringify(header)} of ${called} has a character that HTTP does not allow there.`,
    );
  }
}

function authorizationOf(
  called: string,
  { Username, Password }: LongForm,
  secret: Secrets,
): Record<string, string> {
  if (Username === undefined && Password === undefined) return {};
  if (Username === undefined || Password === undefined || Username.includes(":")) {
    throw new SettingsInvalid(
      `There must be both a Username, without a colon, and a Password of ${called}, or neither.`,
    );
  }
  const pair = Buffer.from(`${Username}:${secret.read(Password)}`, "utf8");
  return { Authorization: `Basic ${pair.toString("base64")}` };
}

function identityOf(
  server: LongForm,
  secret: Secrets,
  readText: (path: string) => string,
): WebIdentity {
  const { HttpsCACertificates, CertificateFile, CertificateKeyFile, CertificateKeyPassword } =
    server;
  return {
    ...(HttpsCACertificates === undefined ? {} : { ca: readText(HttpsCACertificates) }),
    ...(CertificateFile === undefined ? {} : { cert: readText(CertificateFile) }),
    ...(CertificateKeyFile === undefined ? {} : { key: readText(CertificateKeyFile) }),
    ...(CertificateKeyPassword === undefined
      ? {}
      : { passphrase: secret.read(CertificateKeyPassword) }),
  };
}

/** Reads "env:NAME" and "file:path"; anything else is the secret itself. */
class Secrets {
  readonly #where: string;
  readonly #readText: (path: string) => string;

  constructor(where: string, readText: (path: string) => string) {
    this.#where = where;
    this.#readText = readText;
  }

  /** @throws {SettingsInvalid} the variable is not set; what reading throws */
  read(given: string): string {
    if (given.startsWith("file:")) return this.#readText(given.slice(5)).replace(/\r?\n$/, "");
    if (!given.startsWith("env:")) return given;
    const variable = given.slice(4);
    const value = process.env[variable];
    if (value !== undefined && value !== "") return value;
    throw new SettingsInvalid(
      `${this.#where} needs the environment variable ${JSON.stringify(variable)}, which is not set.`,
    );
  }
}
