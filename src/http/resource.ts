import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RouteMethod } from "../ports/plugin.ts";
import type { Endpoint, Operation, Scope } from "./operation.ts";
import { errorBody, errorContentType, type Refusal } from "./error-body.ts";
import { quote, readablePath } from "./request-path.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What a client must be allowed to do. Absent: this path is no operation (OPTIONS, 405). */
    readonly scope?: Scope;
    readonly operation?: Operation;
  }
}

/** The order in which Orthanc lists methods. */
const methods = ["GET", "POST", "PUT", "DELETE"] as const satisfies readonly RouteMethod[];

/** The methods of a path that somebody else has. */
export type Also = Readonly<Partial<Record<RouteMethod, Endpoint>>>;

/** Methods fastify routes; GET brings HEAD along. */
const others = ["HEAD", "OPTIONS", "PATCH", "TRACE", ...methods] as const;

/**
 * Registers what a path answers to: its methods, OPTIONS, and 405 to the rest. Each method's operation
 * goes into the route's config, where the doors read its scope and the document its schemas.
 */
export function resource(app: FastifyInstance, url: string, endpoints: Also): void {
  const allowed = methods.filter((method) => endpoints[method] !== undefined);
  for (const method of allowed) {
    const found = endpoints[method];
    if (found === undefined) continue;
    const { handler, operation } = found;
    app.route({ method, url, handler, config: { operation, scope: operation.scope } });
  }
  const rest = others.filter(
    (method) => !(method === "HEAD" ? endpoints.GET !== undefined : isAmong(method, allowed)),
  );
  app.route({
    method: [...rest],
    url,
    handler: (request, reply) => answerOtherMethod(request, reply, allowed),
  });
}

/** Answers OPTIONS with the methods of a path, and any other with 405. */
export function answerOtherMethod(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: readonly RouteMethod[],
): FastifyReply {
  const allow = methods.filter((method) => allowed.includes(method)).join(",");
  void reply.header("allow", allow);
  if (request.method === "OPTIONS") return reply.code(204).send();
  return refuse(request, reply, {
    status: 405,
    orthanc: 8,
    code: "UNSUPPORTED",
    details: `${quote(readablePath(request.url))} does not answer to ${request.method}; use ${allow}.`,
  });
}

/** After this a client may ask again for what there was no room for. */
const retryAfterSeconds = 1;

/** Sends a refusal in Orthanc's shape. */
export function refuse(request: FastifyRequest, reply: FastifyReply, why: Refusal): FastifyReply {
  const body = errorBody(request.method, readablePath(request.url), why);
  if (why.code === "QUEUE_FULL") void reply.header("retry-after", retryAfterSeconds);
  // Bytes, because fastify completes the content type of texts.
  return reply.code(why.status).header("content-type", errorContentType).send(Buffer.from(body));
}

/** What stood in the path under this name, decoded. */
export function param(request: FastifyRequest, name: string): string {
  const { [name]: value } = request.params as Readonly<Record<string, string | undefined>>;
  return value ?? "";
}

/** JSON as Orthanc prints it. */
export function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, null, 3));
}

/** Answers 200 with JSON. */
export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  // A text, not its bytes: whoever sends it makes those, and of a long list each copy counts.
  const text = JSON.stringify(value, null, 3);
  return reply.header("content-type", "application/json; charset=utf-8").send(text);
}

function isAmong(method: string, allowed: readonly RouteMethod[]): boolean {
  return (allowed as readonly string[]).includes(method);
}
