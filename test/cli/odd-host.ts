import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BatonProcess } from "./baton-process.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Something that listens where a host is looked for, and answers as a test says. */
export interface OddHost extends AsyncDisposable {
  readonly at: string;
}

export async function oddHost(handler: Handler): Promise<OddHost> {
  const server = createServer((request, response) => void handler(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    at: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: readonly string[];
}

/** Runs `baton` to its end, in a process of its own. */
export async function ended(...args: readonly string[]): Promise<Ended> {
  await using baton = new BatonProcess(...args);
  const code = await baton.exit();
  return { code, out: baton.lines("stdout").join("\n"), err: baton.lines("stderr") };
}
