import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { jobObject, logObject, stateNames } from "../../../../src/http/orthanc.ts";
import type { Host } from "../../../../src/index.ts";

/** Stands before a host, and answers the routes that it does not have yet. */
export interface StandIn extends AsyncDisposable {
  readonly url: string;
}

type Answer = (response: ServerResponse, id: string) => void;

/** The trees of jobs, by id. */
export const trees = new Map<string, unknown>();

export async function standBefore(host: Host): Promise<StandIn> {
  const stops = new Set<() => void>();
  const routes: readonly (readonly [RegExp, Answer])[] = [
    [/^\/events/, (response) => stops.add(sendEvents(host, response))],
    [/^\/jobs\/([^/]+)\/events/, (response, id) => stops.add(sendJob(host, response, id))],
    [/^\/jobs\/([^/]+)\/progress$/, (response, id) => sendTree(response, id)],
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
      for (const stop of stops) stop();
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
  });
  forwarded.on("error", () => response.destroy());
  request.pipe(forwarded);
}

const json = (response: ServerResponse, value: unknown): void => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
};

function begin(response: ServerResponse): (event: string, data: unknown) => void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  let id = 0;
  return (event, data) =>
    void response.write(`event: ${event}\nid: ${++id}\ndata: ${JSON.stringify(data)}\n\n`);
}

function sendEvents(host: Host, response: ServerResponse): () => void {
  const send = begin(response);
  const changed = new Set<string>();
  const gone = new Set<string>();
  const flush = (): void => {
    const known = new Map(host.jobs().map((job) => [job.id, job]));
    const Totals = { Pending: 0, Running: 0, Paused: 0, Retry: 0, Success: 0, Failure: 0 };
    for (const { state } of known.values()) Totals[stateNames[state]] += 1;
    const Jobs = [...changed].flatMap((id) => {
      const job = known.get(id);
      return job === undefined ? [] : [jobObject(job, Date.now())];
    });
    send("jobs", { Jobs, Gone: [...gone], Totals });
    changed.clear();
    gone.clear();
  };
  flush();
  const heard = host.observe((event) => {
    if ("job" in event) changed.add(event.job.id);
    if (event.kind === "forgotten") gone.add(event.id);
  });
  const timer = setInterval(() => {
    if (changed.size + gone.size > 0) flush();
  }, 250);
  const stop = (): void => {
    clearInterval(timer);
    heard[Symbol.dispose]();
  };
  response.once("close", stop);
  return stop;
}

function sendJob(host: Host, response: ServerResponse, id: string): () => void {
  const send = begin(response);
  let last = 0;
  const tell = (): void => {
    try {
      send("job", jobObject(host.jobInfo(id), Date.now()));
      for (const line of host.jobLogs(id, last)) {
        last = line.number;
        send("log", logObject(line));
      }
      if (trees.has(id)) send("progress", trees.get(id));
    } catch {
      send("gone", {});
    }
  };
  tell();
  const timer = setInterval(tell, 200);
  const stop = (): void => clearInterval(timer);
  response.once("close", stop);
  return stop;
}

function sendTree(response: ServerResponse, id: string): void {
  json(response, trees.get(id) ?? { parts: [] });
}
