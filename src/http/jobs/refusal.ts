import type { FastifyRequest } from "fastify";
import { isEngineError, refusal, type Refusal } from "../error-body.ts";
import { shorten } from "../request-path.ts";
import { param } from "../resource.ts";

/** What Orthanc answers alike, a job that is unknown or in another state, ours explains. */
export function refusedAs(
  like: "NOT_FOUND" | "WRONG_STATE",
  error: unknown,
  request: FastifyRequest,
): Refusal {
  if (!isEngineError(error)) throw error;
  const { code } = error;
  if (code === "WRONG_STATE") return { ...refusal(like, error.message), code };
  if (code !== "NOT_FOUND" && code !== "INVALID_ARGUMENT") throw error;
  const id = shorten(param(request, "id"));
  const details = `No job found with this id: ${id}. It may have left the history.`;
  return { ...refusal(like, details), code: "NOT_FOUND" };
}
