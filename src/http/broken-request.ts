import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { errorBody, errorContentType, httpRefusal, type Refusal } from "./error-body.ts";

/** Within this a request must have arrived whole; milliseconds. Else 408. */
export const requestTimeoutMs = 30_000;

/** Answers what could not even be read as a request, and ends the connection. */
export function answerBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const told = brokenRequest(error.code);
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

function brokenRequest(code: string | undefined): Refusal {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return httpRefusal(408, `The request did not arrive within ${requestTimeoutMs / 1000} s.`);
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return httpRefusal(431, "The path and headers of the request are too long; send fewer.");
  }
  return httpRefusal(400, "This is not an HTTP request.");
}
