import type { FastifyReply, FastifyRequest } from "fastify";
import type { TObject, TSchema } from "typebox";
import type { RouteScope } from "../ports/plugin.ts";
import type { Answered } from "./schemas/answered.ts";

/** What a client must be allowed to do. */
export type Scope = RouteScope;

/** What a method of a path does: its requests are checked by it, and /openapi.json is made of it. */
export interface Operation<Query extends TObject = TObject, Body extends TSchema = TSchema> {
  /** One line. */
  readonly summary: string;
  /** What else there is to know, in Markdown. */
  readonly description?: string;
  readonly scope: Scope;
  /**
   * The query's parameters: texts, whole numbers, flags, and lists of texts (a parameter that may be
   * repeated). With `additionalProperties: false` any other one is refused, else it is ignored.
   */
  readonly query?: Query;
  /** Request headers of its own; for the document only. */
  readonly headers?: TObject;
  /** The JSON of the body; absent: a body is ignored. */
  readonly body?: Body;
  /** Every answer it has of its own, by status; those that any path has are in schemas/refusals.ts. */
  readonly responses: Readonly<Record<number, Answered>>;
}

/** Answers a request through `reply`; what it throws becomes a refusal. */
export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** A method of a path: what it does, and who does it. */
export interface Endpoint {
  readonly operation: Operation;
  readonly handler: Handler;
}
