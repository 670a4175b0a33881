import { JobEngineError } from "../core/errors.ts";

/** Checks how a route says that it takes its body: whoever writes JavaScript may write anything. @throws {JobEngineError} INVALID_ARGUMENT */
export function checkRouteBody(method: unknown, pattern: string, given: object): void {
  const { body, maxBytes }: { readonly body?: unknown; readonly maxBytes?: unknown } = given;
  if (body === undefined || body === "whole") {
    if (maxBytes === undefined) return;
    const words = `maxBytes of the route ${pattern}: only a route that streams its body has one`;
    throw new JobEngineError("INVALID_ARGUMENT", words);
  }
  if (body !== "stream") {
    const words = `the body ${JSON.stringify(body)} of the route ${pattern}; "whole", "stream"`;
    throw new JobEngineError("INVALID_ARGUMENT", words);
  }
  if (method !== "POST" && method !== "PUT") {
    const words = `the route ${String(method)} ${pattern} cannot stream its body: only POST and PUT have one`;
    throw new JobEngineError("INVALID_ARGUMENT", words);
  }
  if (maxBytes === null || (Number.isSafeInteger(maxBytes) && Number(maxBytes) > 0)) return;
  const words = `maxBytes of the route ${pattern} must be a number of bytes, or null for any`;
  throw new JobEngineError("INVALID_ARGUMENT", words);
}
