import type { FastifyRequest } from "fastify";
import type { RouteScope } from "../../ports/plugin.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** In the place of `scope`, for a route that stands for many. Undefined: as absent. */
    readonly scopeOf?: (request: FastifyRequest) => RouteScope | undefined;
  }
}

/** What a client may be allowed to do, in the order it is listed. */
export const scopes: readonly Scope[] = ["read", "operate", "submit"];

export type Scope = Exclude<RouteScope, "none">;

/** Methods that change nothing. */
const looking: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** What its route asks of whoever sent a request: by default `read` for GET, `submit` for the rest. */
export function scopeOf(request: FastifyRequest): RouteScope {
  const { scope, scopeOf: find } = request.routeOptions.config;
  return find?.(request) ?? scope ?? (looking.has(request.method) ? "read" : "submit");
}

export function isScope(text: unknown): text is Scope {
  return (scopes as readonly unknown[]).includes(text);
}
