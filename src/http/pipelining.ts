import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Has every response emit "close" when its connection ends. Node.js before 24.21 tells only the one that
 * has the connection: those to requests that came before it was answered wait behind it without one, and
 * what streams or waits for them would never learn that nobody is there any more.
 */
export function closeQueuedResponses(server: Server): void {
  const queues = new WeakMap<Socket, Set<ServerResponse>>();
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    // It has the connection.
    if (response.socket !== null) return;
    const queued = queues.get(socket) ?? queueOf(socket);
    queues.set(socket, queued);
    queued.add(response);
    response.once("close", () => queued.delete(response));
  });
}

/** The responses that had to wait for the connection and are not closed. */
function queueOf(socket: Socket): Set<ServerResponse> {
  const queued = new Set<ServerResponse>();
  socket.once("close", () => {
    // After Node.js has told whom it tells: they are not in the set any more.
    setImmediate(() => {
      for (const response of queued) {
        response.destroy();
        response.emit("close");
      }
    });
  });
  return queued;
}
