import { once } from "node:events";
import { request as httpRequest, type ClientRequest } from "node:http";
import { closedDoors } from "../../../src/http/doors/doors.ts";
import { completeLimits } from "../../../src/http/doors/limits.ts";
import type { Routes, StreamRouteHandler } from "../../../src/ports/plugin.ts";
import type { AppOptions } from "../../../src/http/app.ts";
import { noRoutes, type TestServer } from "../scripted-host.ts";

/** POST /in is taken as it arrives; everything else is nobody's. */
export const streamedTo = (
  handler: StreamRouteHandler,
  maxBytes: number | null = null,
): Routes => ({
  find(method, path) {
    if (path !== "/in" || method !== "POST") return noRoutes.find(method, path);
    return { plugin: "lab", params: {}, handler, body: "stream", maxBytes };
  },
});

const limits = { bodyBytes: 1_024, requestTimeoutMs: 300, headTimeoutMs: 300 };

/** A server that waits 300 ms for each KiB. */
export const hurried: Partial<AppOptions> = {
  doors: { ...closedDoors, limits: completeLimits(limits) },
};

/** Answers how much has come. */
export const counting: StreamRouteHandler = async ({ body }) => {
  let size = 0;
  for await (const chunk of body) size += chunk.length;
  return { body: { size } };
};

/** A request whose body the test writes. */
export function post(
  server: TestServer,
  headers: Readonly<Record<string, string>> = {},
): ClientRequest {
  const client = httpRequest(`${server.url}/in`, { method: "POST", headers, agent: false });
  // Whoever ends a connection of its own accord is not told more.
  client.on("error", () => {});
  return client;
}

/** The server's time-outs are the machine's. */
export async function wait(ms: number): Promise<void> {
  await once(AbortSignal.timeout(ms), "abort");
}
