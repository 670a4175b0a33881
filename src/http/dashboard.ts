import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { endpoint } from "./endpoint.ts";
import { refusal } from "./error-body.ts";
import type { Operation } from "./operation.ts";
import { shorten } from "./request-path.ts";
import { param, refuse, resource } from "./resource.ts";
import { binary, empty } from "./schemas/answered.ts";
import { refusals } from "./schemas/refusal.ts";

/** Where `npm run build:dashboard` puts it; the same from src/http and from dist/http. */
const builtFolder = new URL("../../dist/dashboard/", import.meta.url);

/** Nothing from elsewhere, nothing inline, no frame around it, no form that goes anywhere. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const mimeTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** A year: the name of a file changes with its bytes. */
const forEver = "public, max-age=31536000, immutable";

/** A file's own name: no folder, nothing hidden. */
const plainName = /^\w[\w-]*(\.[\w-]+)+$/;

/** Registers the dashboard: its page at `/`, what it is made of at `/assets/{file}`. */
export function registerDashboard(app: FastifyInstance, folder: URL = builtFolder): void {
  resource(app, "/", {
    GET: endpoint(pageOperation, async (request, reply) => {
      const bytes = await readOrNull(new URL("index.html", folder));
      if (bytes === null) return refuse(request, reply, notBuilt);
      void reply.headers(pageHeaders);
      return sendFile(request, reply, bytes);
    }),
  });
  resource(app, "/assets/:file", {
    GET: endpoint(fileOperation, async (request, reply) => {
      const name = param(request, "file");
      const mime = plainName.test(name) ? mimeTypes[extname(name)] : undefined;
      const file = new URL(`assets/${name}`, folder);
      const bytes = mime === undefined ? null : await readOrNull(file);
      if (mime === undefined || bytes === null) {
        const details = `The dashboard has no file ${shorten(name)}; load its page again.`;
        return refuse(request, reply, refusal("NOT_FOUND", details));
      }
      void reply.headers({ "content-type": mime, "cache-control": forEver });
      return sendFile(request, reply, bytes);
    }),
  });
}

const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
} as const;

const pageOperation: Operation = {
  summary: "The dashboard",
  description: "A page that shows the jobs as they are, and acts on them through this interface.",
  // Not "none": so the browser asks who one is before anything else, and once.
  scope: "read",
  responses: {
    200: binary("The page.", "text/html"),
    304: empty("It is the one of `If-None-Match`."),
    ...refusals({ 404: "It has not been built." }),
  },
};

const fileOperation: Operation = {
  summary: "A file of the dashboard",
  description: "Its name changes with its bytes: it may be kept for ever.",
  scope: "none",
  responses: {
    200: binary("The file.", "*/*"),
    304: empty("It is the one of `If-None-Match`."),
    ...refusals({ 404: "The dashboard has no such file." }),
  },
};

const notBuilt = refusal(
  "NOT_FOUND",
  "The dashboard has not been built; run npm run build:dashboard where Baton is installed.",
);

/** A page that the browser has already is not sent again. */
function sendFile(request: FastifyRequest, reply: FastifyReply, bytes: Buffer): FastifyReply {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  void reply.header("etag", etag);
  return request.headers["if-none-match"] === etag ? reply.code(304).send() : reply.send(bytes);
}

/** Null: there is no such file. */
async function readOrNull(file: URL): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
