import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { Socket } from "node:net";

/** One STOW that came. */
export interface Stowed {
  readonly headers: IncomingMessage["headers"];
  /** The files in it, byte for byte, and the UIDs that they have in their meta information. */
  readonly files: readonly Buffer[];
  readonly uids: readonly string[];
}

/** What the server does about a request: answers, or something worse. */
export type Reaction = (response: ServerResponse, stowed: Stowed, count: number) => void;

/** A DICOMweb server in memory that answers a STOW as it is told. */
export class StowServer implements AsyncDisposable {
  readonly stowed: Stowed[] = [];
  /** The method and the path of everything that was asked. */
  readonly asked: string[] = [];
  /** Done with the nth STOW, from 0. */
  react: Reaction = (response, { uids }) => answer(response, 200, storedOf(uids));
  /** Done with any other request. */
  find: (response: ServerResponse, url: string) => void = (response) => answer(response, 200, []);
  /** Done before anything of a STOW is read; true: that was the answer. */
  refuse: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(secure: ServerOptions | null) {
    const listener = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#handle(request, response);
    this.#server = secure === null ? createServer(listener) : createSecureServer(secure, listener);
    const isSecure = secure !== null;
    this.#server.on(isSecure ? "secureConnection" : "connection", () => (this.connections += 1));
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("tlsClientError", () => {});
  }

  static async listen(secure: ServerOptions | null = null, port = 0): Promise<StowServer> {
    const server = new StowServer(secure);
    server.#server.listen(port, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/dicom-web`;
  }

  /** How often each UID has come. */
  get counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const uid of this.stowed.flatMap(({ uids }) => uids)) {
      counts.set(uid, (counts.get(uid) ?? 0) + 1);
    }
    return counts;
  }

  /** Ends every connection that is open. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, "close");
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked.push(`${request.method} ${request.url}`);
    if (request.method !== "POST") return this.find(response, request.url ?? "");
    if (this.refuse(request, response)) return;
    const body = await bodyOf(request).catch(() => null);
    // Whoever sent it has given it up.
    if (body === null) return;
    const files = partsOf(request.headers["content-type"] ?? "", body);
    const stowed = { headers: request.headers, files, uids: files.map(uidOf) };
    this.react(response, stowed, this.stowed.push(stowed) - 1);
  }
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/dicom+json" });
  response.end(body === null ? undefined : JSON.stringify(body));
}

/** An answer's data set: these were stored. */
export const storedOf = (uids: readonly string[], warning?: number): object => ({
  "00081199": sequence(
    uids.map((uid) => ({
      ...identity(uid),
      ...(warning === undefined ? {} : { "00081196": { vr: "US", Value: [warning] } }),
    })),
  ),
});

/** An answer's data set: these were not. */
export const failedOf = (uids: readonly string[], reason?: number): object => ({
  "00081198": sequence(
    uids.map((uid) => ({
      ...identity(uid),
      ...(reason === undefined ? {} : { "00081197": { vr: "US", Value: [reason] } }),
    })),
  ),
});

const sequence = (items: readonly object[]): object => ({ vr: "SQ", Value: items });

const identity = (uid: string): object => ({ "00081155": { vr: "UI", Value: [uid] } });

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The parts of a multipart body; each says how long it is. */
function partsOf(contentType: string, body: Buffer): readonly Buffer[] {
  const boundary = `--${/boundary=(\S+)/.exec(contentType)?.[1]}`;
  const parts: Buffer[] = [];
  let at = body.indexOf(boundary);
  while (at >= 0) {
    const bodyAt = body.indexOf("\r\n\r\n", at) + 4;
    const length = /Content-Length: (\d+)/.exec(body.subarray(at, bodyAt).toString("latin1"))?.[1];
    if (length === undefined) break;
    parts.push(body.subarray(bodyAt, bodyAt + Number(length)));
    at = body.indexOf(`\r\n${boundary}`, bodyAt + Number(length));
    if (at >= 0) at += 2;
  }
  return parts;
}

/** (0002,0003) of a file that we have made. */
function uidOf(file: Buffer): string {
  const at = file.indexOf(Buffer.from([0x02, 0x00, 0x03, 0x00, 0x55, 0x49]));
  const length = file.readUInt16LE(at + 6);
  return file
    .subarray(at + 8, at + 8 + length)
    .toString("latin1")
    .replace(/\0$/, "");
}
