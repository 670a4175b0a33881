import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import parseRange from "range-parser";
import { Type } from "typebox";
import type { JobOutput } from "../../ports/job.ts";
import type { Jobs } from "../../ports/jobs.ts";
import { endpoint } from "../endpoint.ts";
import { httpRefusal, isEngineError, refusal } from "../error-body.ts";
import { limitIdleness } from "../idle-limit.ts";
import type { Operation } from "../operation.ts";
import { shorten } from "../request-path.ts";
import { param, refuse, resource } from "../resource.ts";
import { binary, empty } from "../schemas/answered.ts";
import { refusals } from "../schemas/refusal.ts";

/** Registers /jobs/{id}/{key}. */
export function registerOutputs(app: FastifyInstance, jobs: Jobs, idleMs: number): void {
  resource(app, "/jobs/:id/:key", {
    GET: endpoint(getOperation, (request, reply) => {
      limitIdleness(reply, idleMs);
      return sendOutput(jobs, request, reply);
    }),
    DELETE: endpoint(deleteOperation, (request, reply) => deleteOutput(jobs, request, reply)),
  });
}

const notThere = "There is no such output, or the job has not succeeded.";

const outputHeaders = {
  etag: Type.String({ description: "Strong: the same for the same bytes." }),
  "accept-ranges": Type.Literal("bytes"),
  "content-disposition": Type.String(),
};

const getOperation: Operation = {
  summary: "The bytes of an output of a succeeded job",
  scope: "read",
  headers: Type.Object({
    range: Type.Optional(
      Type.String({ description: "One range of bytes; more are answered whole." }),
    ),
    "if-range": Type.Optional(Type.String()),
    "if-none-match": Type.Optional(Type.String()),
  }),
  responses: {
    200: binary("All of them, with the media type of the output.", "*/*", outputHeaders),
    206: binary("Those of the range.", "*/*", { ...outputHeaders, "content-range": Type.String() }),
    304: empty("They are those of `If-None-Match`."),
    ...refusals({ 404: notThere, 416: "The range lies outside." }),
  },
};

const deleteOperation: Operation = {
  summary: "Delete an output",
  scope: "operate",
  responses: { 200: empty("It is deleted."), ...refusals({ 404: notThere }) },
};

/** Sends an output of a succeeded job, whole or the range that was asked for. */
async function sendOutput(
  jobs: Jobs,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    const output = jobs.jobOutput(param(request, "id"), param(request, "key"));
    return await send(output, request, reply);
  } catch (error) {
    return refuseOutput(request, reply, error);
  }
}

/** Removes an output; 200 and an empty body, as Orthanc. */
async function deleteOutput(
  jobs: Jobs,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    await jobs.deleteOutput(param(request, "id"), param(request, "key"));
    return reply.header("content-type", "text/plain").send(Buffer.alloc(0));
  } catch (error) {
    return refuseOutput(request, reply, error);
  }
}

/** A job that is unknown, not succeeded, or has no such output: Orthanc answers all of them alike. */
function refuseOutput(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (!isEngineError(error) || error.code !== "NOT_FOUND") throw error;
  const details = `Job has no such output: ${shorten(param(request, "key"))}`;
  return refuse(request, reply, refusal("NOT_FOUND", details));
}

async function send(
  output: JobOutput,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { key, mime, size, tag } = output;
  const etag = `"${tag}"`;
  if (isKnown(request.headers["if-none-match"], etag)) {
    return reply.code(304).header("etag", etag).send();
  }
  const range = rangeOf(request, size, etag);
  if (range === "unsatisfiable") {
    void reply.header("content-range", `bytes */${size}`);
    const details = `The output has ${size} bytes; the range lies outside of it.`;
    return refuse(request, reply, httpRefusal(416, details));
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  // Opened first: who is refused must not have been promised anything.
  const bytes = request.method === "HEAD" ? [] : await output.read(start, end);
  void reply.headers({
    etag,
    "accept-ranges": "bytes",
    "content-type": mime,
    "content-length": end - start + 1,
    // Never shown in place: a page that a job wrote must not run as one of ours. A key needs no quotes.
    "content-disposition": `attachment; filename="${key}"`,
  });
  if (range !== null) void reply.code(206).header("content-range", `bytes ${start}-${end}/${size}`);
  return reply.send(Readable.from(bytes));
}

/** RFC 9110, If-None-Match: a list of tags, or any. */
function isKnown(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.some((tag) => tag === etag || tag === "*");
}

/**
 * The one range that is wanted; null: all of it. What is malformed, in other units, or more than one
 * range may be answered whole (RFC 9110), as is one of an output that has changed since (If-Range).
 */
function rangeOf(
  request: FastifyRequest,
  size: number,
  etag: string,
): parseRange.Range | "unsatisfiable" | null {
  const header = rangeHeader(request, etag);
  if (header === null) return null;
  const ranges = parseRange(size, header, { combine: true });
  if (ranges === -1) return isWhole(header, size) ? null : "unsatisfiable";
  if (ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1) return null;
  return ranges[0] ?? null;
}

/** Null: there is none that counts. A range is defined for GET only (RFC 9110, 14.2). */
function rangeHeader({ method, headers }: FastifyRequest, etag: string): string | null {
  const isMeant = method === "GET" && (headers["if-range"] ?? etag) === etag;
  return isMeant ? (headers.range ?? null) : null;
}

/** Also the last n bytes of fewer, which the parser does not know, and units that nobody knows. */
function isWhole(range: string, size: number): boolean {
  if (!range.startsWith("bytes=")) return true;
  const last = /^bytes=\s*-(\d+)\s*$/.exec(range)?.[1];
  return size > 0 && last !== undefined && Number(last) > size;
}
