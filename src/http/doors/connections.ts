import type { Server, Socket } from "node:net";
import { clientOf } from "./client-address.ts";
import type { Limits } from "./limits.ts";
import { isLoopback } from "./loopback.ts";

/** Closes connections above the limits, before anything is read from them. */
export function limitConnections(server: Server, limits: Limits): void {
  const counts = new Map<string, number>();
  server.maxConnections = limits.connections;
  server.on("connection", (socket: Socket) => {
    const { remoteAddress } = socket;
    // It is gone already; or it comes from here, where a proxy may stand before many.
    if (remoteAddress === undefined || isLoopback(remoteAddress)) return;
    const client = clientOf(remoteAddress);
    const count = (counts.get(client) ?? 0) + 1;
    counts.set(client, count);
    socket.once("close", () => {
      const left = (counts.get(client) ?? 1) - 1;
      if (left === 0) counts.delete(client);
      else counts.set(client, left);
    });
    if (count > limits.connectionsPerAddress) socket.destroy();
  });
}
