import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { JsonObject } from "../../ports/job.ts";
import { endpoint } from "../endpoint.ts";
import { resource, sendJson } from "../resource.ts";
import { json } from "../schemas/answered.ts";
import { openApi, type Documented } from "./document.ts";
import { page, pagePolicy } from "./page.ts";

/**
 * Registers /openapi.json and /docs: what every path does that is registered after this, these two
 * included. `version` is that of the host.
 */
export function registerOpenApi(app: FastifyInstance, version: string): void {
  const documented: Documented[] = [];
  app.addHook("onRoute", ({ method, url, config }) => {
    if (config?.operation === undefined || typeof method !== "string") return;
    // GET brings a HEAD of its own along.
    if (method !== "HEAD") documented.push({ method, url, operation: config.operation });
  });
  let made: { readonly document: JsonObject; readonly html: string } | null = null;
  const whole = (): { readonly document: JsonObject; readonly html: string } =>
    (made ??= { document: openApi(documented, version), html: page(documented, version) });
  resource(app, "/openapi.json", {
    GET: endpoint(
      {
        summary: "This document",
        scope: "read",
        responses: { 200: json("OpenAPI 3.1.", Type.Object({}, { additionalProperties: true })) },
      },
      (_request, reply) => sendJson(reply, whole().document),
    ),
  });
  resource(app, "/docs", {
    GET: endpoint(
      {
        summary: "This document as a page to read",
        scope: "read",
        responses: { 200: { description: "HTML.", content: { "text/html": Type.String() } } },
      },
      (_request, reply) =>
        reply
          .header("content-type", "text/html; charset=utf-8")
          .header("content-security-policy", pagePolicy)
          .send(Buffer.from(whole().html)),
    ),
  });
}
