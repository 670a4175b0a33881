import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Host } from "../../../../src/index.ts";

/** Stands before a host, and answers the routes that it does not have yet. */
export interface StandIn extends AsyncDisposable {
  readonly url: string;
}

type Answer = (response: ServerResponse, id: string) => void;

export async function standBefore(host: Host): Promise<StandIn> {
  const routes: readonly (readonly [RegExp, Answer])[] = [
    [/^\/system/, (response) => json(response, { Name: "archive-1", Version: "0.1.0" })],
    [
      /^\/plugins$/,
      (response) =>
        json(
          response,
          plugins.map(({ ID }) => ID),
        ),
    ],
    [
      /^\/plugins\/([^/]+)$/,
      (response, id) =>
        json(
          response,
          plugins.find(({ ID }) => ID === id),
        ),
    ],
  ];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    for (const [pattern, answer] of routes) {
      const found = request.method === "GET" ? pattern.exec(path) : null;
      if (found !== null) return answer(response, found[1] ?? "");
    }
    pass(host, request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const plugins = [
  { ID: "dicom-net", Version: "2.3.1", Isolation: "process", Runner: "native" },
  { ID: "archive", Version: "1.0.4", Isolation: "none", Runner: "loop" },
  { ID: "thumbnails", Version: "0.9.0", Isolation: "thread", Runner: "loop" },
];

function pass(host: Host, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url } = request;
  const forwarded = httpRequest(`${host.url}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
    answer.once("error", () => response.destroy());
  });
  forwarded.on("error", () => response.destroy());
  response.once("close", () => forwarded.destroy());
  request.pipe(forwarded);
}

const json = (response: ServerResponse, value: unknown): void => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
};
