import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Limits } from "./doors/limits.ts";
import { errorBody, errorContentType, httpRefusal, type Refusal } from "./error-body.ts";
import { readablePath } from "./request-path.ts";
import { isStreaming } from "./streamed-body.ts";

/** Answers what could not even be read as a request, and ends the connection. */
export function answerBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
  limits: Limits,
): void {
  // Whoever reads it waits for each part of it, and not for all.
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT" && isStreaming(socket)) return;
  // Of what is no HTTP at all, such as a handshake that failed, nobody could read the answer.
  if (!/^(HPE_|ERR_HTTP_)/.test(error.code ?? "") || !socket.writable) {
    socket.destroy();
    return;
  }
  const told = brokenRequest(error.code, limits);
  const body = errorBody("", "", told);
  const head = [
    `HTTP/1.1 ${told.status} ${STATUS_CODES[told.status] ?? "Error"}`,
    "connection: close",
    `content-type: ${errorContentType}`,
    "x-content-type-options: nosniff",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** Answers a request that expects of the host what it does not do (`Expect`). */
export function answerExpectation(request: IncomingMessage, response: ServerResponse): void {
  const told = httpRefusal(
    417,
    "Of all expectations only 100-continue is met here; send no other.",
  );
  response.writeHead(told.status, {
    connection: "close",
    "content-type": errorContentType,
    "x-content-type-options": "nosniff",
  });
  response.end(errorBody(request.method ?? "", readablePath(request.url ?? ""), told));
}

function brokenRequest(code: string | undefined, limits: Limits): Refusal {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    const { headTimeoutMs, requestTimeoutMs } = limits;
    const times = `its head within ${headTimeoutMs / 1_000} s, all of it within ${requestTimeoutMs / 1_000} s`;
    return httpRefusal(408, `The request did not arrive in time: ${times}.`);
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return httpRefusal(431, "The path and headers of the request are too long; send fewer.");
  }
  return httpRefusal(400, "This is not an HTTP request.");
}
