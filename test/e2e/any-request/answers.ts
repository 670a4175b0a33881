import { connect } from "node:net";

/** What came back, as far as it was read. */
export interface WildAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Nobody waits longer for an answer, on whatever machine this runs; milliseconds. */
const patienceMs = 20_000;

/**
 * Writes bytes to a new connection and reads until it is closed, or the head of a stream of events is
 * there. Null: it was closed without an answer. Rejects when nothing comes.
 */
export function exchange(url: string, bytes: Uint8Array): Promise<WildAnswer | null> {
  const { promise, resolve, reject } = Promise.withResolvers<WildAnswer | null>();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  const timer = setTimeout(() => {
    socket.destroy();
    reject(new Error(`no end after ${patienceMs} ms; so far: ${text.slice(0, 300)}`));
  }, patienceMs);
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    if (/^[^]*?content-type: text\/event-stream[^]*?\r\n\r\n/i.test(text)) socket.destroy();
  });
  // A server that has refused may close before all is written.
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(timer);
    resolve(read(text));
  });
  socket.write(bytes);
  return promise;
}

function read(text: string): WildAnswer | null {
  // What Node.js answers to "expect" comes first.
  const answer = text.replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, "");
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
  if (status === undefined) return null;
  const end = answer.indexOf("\r\n\r\n");
  return { status: Number(status), head: answer.slice(0, end), body: answer.slice(end + 4) };
}
