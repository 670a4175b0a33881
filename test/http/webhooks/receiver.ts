import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects of it
  readonly json: any;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Every request that has come, in order. */
  readonly received: readonly Received[];
  /** What the next requests are answered, in order; then 204. "never": not at all. */
  readonly answers: (number | "never" | { status: number; headers: Record<string, string> })[];
  /** From now on nobody is there. */
  leave(): Promise<void>;
  /** Resolves when so many requests have come. */
  count(wanted: number): Promise<void>;
}

/** Receives webhooks on loopback. */
export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Receiver["answers"] = [];
  let news = Promise.withResolvers<void>();
  const server = createServer((request, response) => void receive(request, response));
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = Buffer.concat(await request.toArray()).toString();
    received.push({ headers: request.headers, text, json: JSON.parse(text) });
    const answer = answers.shift() ?? 204;
    if (typeof answer === "object") response.writeHead(answer.status, answer.headers).end();
    else if (answer !== "never") response.writeHead(answer).end();
    news.resolve();
    news = Promise.withResolvers();
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const leave = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answers,
    async count(wanted) {
      while (received.length < wanted) await news.promise;
    },
    leave,
    [Symbol.asyncDispose]: leave,
  };
}
