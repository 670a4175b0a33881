import { validateHeaderName, validateHeaderValue } from "node:http";
import { Readable } from "node:stream";
import { inspect } from "node:util";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type {
  RouteMatch,
  RouteMethod,
  RouteRequest,
  RouteResponse,
  RouteScope,
  Routes,
} from "../ports/plugin.ts";
import type { Limits } from "./doors/limits.ts";
import {
  errorContentType,
  faultText,
  isEngineError,
  refusal,
  refusalOf,
  type Refusal,
} from "./error-body.ts";
import { withoutDeadlock, type AnswerWithJob } from "./jobs/answer.ts";
import { pathOf, queryOf, quote, readablePath } from "./request-path.ts";
import { answerOtherMethod, jsonBytes, refuse } from "./resource.ts";
import { refusedLength, StreamedBody } from "./streamed-body.ts";

/** Hears what the caller is not told: a line for the log, and the error behind it. */
export type OnError = (text: string, error: unknown) => void;

/** What an error says of itself, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : inspect(error);
}

/** What goes out: the answer of a plugin's handler, checked and complete. */
interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Undefined: none, and no content type either. */
  readonly body: Body | undefined;
}

type Body = Buffer | AsyncIterable<Uint8Array>;

/** The server frames its answers itself: a wrong one of these would break the connection. */
const framing = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "trailer",
  "transfer-encoding",
]);

/** Statuses whose answers have no body. */
const bodiless = new Set([204, 304]);

/** Sends everything that is no path of ours to the routes of the plugins. */
export function registerPluginRoutes(
  app: FastifyInstance,
  routes: Routes,
  { onError, answerJob, limits }: Pick<Exchange, "onError" | "answerJob"> & { limits: Limits },
): void {
  const find = ({ method, url }: FastifyRequest): ReturnType<Routes["find"]> =>
    // HEAD is GET without the body, for a plugin too.
    routes.find(method === "HEAD" ? "GET" : method, pathOf(url));
  const scopeOf = (request: FastifyRequest): RouteScope | undefined => {
    const found = find(request);
    return found !== null && "handler" in found ? found.scope : undefined;
  };
  const onRequest = (request: FastifyRequest, reply: FastifyReply, done: Done): void => {
    const found = find(request);
    if (found === null || "allow" in found || found.body !== "stream") return done();
    // It is answered before anybody else reads its body.
    runStreaming({ request, reply, onError, answerJob }, found, limits).then(undefined, done);
  };
  app.all("/*", { config: { scopeOf }, onRequest }, async (request, reply) => {
    const found = find(request);
    if (found === null) return refuseUnknown(request, reply);
    if ("allow" in found) return answerOtherMethod(request, reply, found.allow);
    const exchange = { request, reply, onError, answerJob };
    // A stream was answered above, and never comes here.
    if (found.body === "stream") throw new Error("INTERNAL_STREAMED_TWICE");
    const method = request.method === "HEAD" ? "GET" : (request.method as RouteMethod);
    const { handler } = found;
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array(0);
    const asked = { ...routeRequest(request, found, method), body };
    return runHandler(exchange, found.plugin, async () => handler(asked));
  });
}

type Done = (error?: Error) => void;

async function runStreaming(
  exchange: Exchange,
  match: Extract<RouteMatch, { readonly body: "stream" }>,
  limits: Limits,
): Promise<void> {
  const { request, reply } = exchange;
  const { handler, maxBytes } = match;
  const tooLong = refusedLength(request.raw, maxBytes);
  const body = new StreamedBody(request.raw, maxBytes, limits);
  if (tooLong !== null) {
    await body.leave(reply.raw);
    refuse(request, reply, tooLong);
    return;
  }
  const asked = { ...routeRequest(request, match, request.method as RouteMethod), body };
  await runHandler(exchange, match.plugin, async () => {
    try {
      return await handler(asked);
    } catch (error) {
      throw body.refusal === null ? error : new BodyFailed(body.refusal);
    } finally {
      await body.leave(reply.raw);
    }
  });
}

/** The handler could not go on: the rest of the body did not come. */
class BodyFailed extends Error {
  readonly refusal: Refusal;

  constructor(why: Refusal) {
    super(why.details);
    this.refusal = why;
  }
}

/** Answers 404: nobody has this path. */
function refuseUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = quote(readablePath(request.url));
  const details = `Nothing answers at ${path}. Is the plugin loaded whose route this is?`;
  return refuse(request, reply, { ...refusal("NOT_FOUND", details), orthanc: 17 });
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly onError: OnError;
  readonly answerJob: AnswerWithJob;
}

async function runHandler(
  exchange: Exchange,
  plugin: string,
  handle: () => Promise<RouteResponse | void>,
): Promise<FastifyReply> {
  const { request, reply, onError } = exchange;
  const where = `${request.method} ${quote(readablePath(request.url))} of the plugin "${plugin}"`;
  let answer: Answer;
  try {
    answer = await checkedOrStopped(await withJob(exchange, (await handle()) ?? {}));
  } catch (error) {
    if (error instanceof BodyFailed) return refuse(request, reply, error.refusal);
    const told = toldOf(error, plugin);
    if (told.status >= 500) onError(`${where} failed: ${reasonOf(error)}`, error);
    return refuse(request, reply, told);
  }
  for (const [name, value] of answer.headers) void reply.header(name, value);
  void reply.code(answer.status);
  if (!isStream(answer.body)) return reply.send(answer.body);
  if (request.method === "HEAD" || bodiless.has(answer.status)) {
    await stop(answer.body);
    return reply.send();
  }
  const stream = Readable.from(bytesOf(answer.body));
  stream.once("error", (error) => {
    // Before the head is out the error handler answers, and tells of it.
    if (reply.raw.headersSent) onError(`${where} broke off: ${reasonOf(error)}`, error);
  });
  return reply.send(stream);
}

/** What the caller is told of what a handler threw. */
function toldOf(error: unknown, plugin: string): Refusal {
  if (isEngineError(error)) return refusalOf(error);
  return { ...refusal("INTERNAL", faultText(`The plugin "${plugin}" failed`)), orthanc: 1 };
}

/** The answer of a handler that left it to a job: waits for that, but no longer than the client does. */
async function withJob(
  { request, reply, answerJob }: Exchange,
  response: RouteResponse,
): Promise<RouteResponse> {
  if (response.job === undefined) return response;
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  reply.raw.once("close", leave);
  // It may have gone already: then nothing says so any more.
  if (reply.raw.destroyed) leave();
  try {
    const asked = { method: request.method, uri: readablePath(request.url) };
    const { status, body } = await answerJob(
      asked,
      withoutDeadlock(request, response.job),
      gone.signal,
    );
    const headers = { "content-type": errorContentType, ...response.headers };
    return { status, headers, body };
  } catch (error) {
    // Nobody hears this.
    if (gone.signal.aborted) return {};
    throw error;
  } finally {
    reply.raw.off("close", leave);
  }
}

/** Like checkedAnswer; a stream that is not sent is stopped. */
async function checkedOrStopped(response: RouteResponse): Promise<Answer> {
  try {
    return checkedAnswer(response);
  } catch (error) {
    if (isStream(response.body)) await stop(response.body);
    throw error;
  }
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

/** Tells a body that nobody reads it. */
async function stop(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

/**
 * What the handler streams, but for what are no bytes: that is thrown. No generator: one that waits
 * for its next chunk could not be stopped.
 */
function bytesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  const checked: AsyncIterator<Uint8Array> = {
    async next() {
      const result = await source.next();
      if (result.done === true || result.value instanceof Uint8Array) return result;
      throw new TypeError("the handler streamed something that is not a Uint8Array");
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => checked };
}

function routeRequest(
  request: FastifyRequest,
  match: RouteMatch,
  method: RouteMethod,
): Omit<RouteRequest, "body"> {
  return {
    method,
    path: pathOf(request.url),
    params: match.params,
    query: queryOf(request.url),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        [value ?? ""].flat().join(", "),
      ]),
    ),
  };
}

/** @throws {TypeError} the handler's answer cannot be sent */
function checkedAnswer(response: RouteResponse): Answer {
  const status = response.status ?? 200;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`the handler answered the status ${String(status)}, not 200 to 599`);
  }
  const headers = Object.entries(response.headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !framing.has(name));
  for (const [name, value] of headers) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  const { bytes, contentType } = encode(response.body);
  const isTyped = contentType === null || headers.some(([name]) => name === "content-type");
  return {
    status,
    headers: isTyped ? headers : [["content-type", contentType], ...headers],
    body: bytes,
  };
}

function encode(body: RouteResponse["body"]): {
  readonly bytes: Body | undefined;
  readonly contentType: string | null;
} {
  if (body === undefined) return { bytes: undefined, contentType: null };
  if (typeof body === "string") {
    return { bytes: Buffer.from(body), contentType: "text/plain; charset=utf-8" };
  }
  if (body instanceof Uint8Array) {
    // A copy: the handler may use its bytes again.
    return { bytes: Buffer.from(body), contentType: "application/octet-stream" };
  }
  if (isStream(body)) return { bytes: body, contentType: "application/octet-stream" };
  return { bytes: jsonBytes(body), contentType: "application/json; charset=utf-8" };
}
