import type { FastifyReply, FastifyRequest } from "fastify";
import type { Static, TObject, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { Endpoint, Handler, Operation } from "./operation.ts";
import { bodyReader } from "./read-body.ts";
import { queryReader } from "./read-query.ts";
import { refuse } from "./resource.ts";

/** What a request gave, read and checked by the schemas of its operation. */
export interface Given<Query extends TObject, Body extends TSchema> {
  readonly query: Static<Query>;
  readonly body: Static<Body>;
}

/** Joins an operation and its handler, which is called with what the operation's schemas let through. */
export function endpoint<Query extends TObject = TObject, Body extends TSchema = TSchema>(
  operation: Operation<Query, Body>,
  handle: (
    request: FastifyRequest,
    reply: FastifyReply,
    given: Given<Query, Body>,
  ) => FastifyReply | Promise<FastifyReply>,
): Endpoint {
  const { query: parameters, body: schema } = operation;
  const readQuery = parameters === undefined ? null : queryReader(parameters, Compile(parameters));
  const readBody = schema === undefined ? null : bodyReader(schema, Compile(schema));
  const handler: Handler = async (request, reply) => {
    const query = readQuery?.(request.url) ?? nothing;
    if (query.kind === "refused") return refuse(request, reply, query.why);
    const body = readBody?.(request.body) ?? nothing;
    if (body.kind === "refused") return refuse(request, reply, body.why);
    const given = { query: query.value, body: body.value } as Given<Query, Body>;
    return handle(request, reply, given);
  };
  return { operation: operation, handler };
}

const nothing = { kind: "read", value: {} } as const;
