import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

describe("somebody is told of trouble", () => {
  it("a destination that is down, an error, a disk that is full", async () => {
    const told: Record<string, unknown>[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        told.push(JSON.parse(body) as Record<string, unknown>);
        response.end();
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const bound = server.address();
    const port = bound !== null && typeof bound === "object" ? bound.port : 0;
    const alerts = { Url: `http://127.0.0.1:${port}/hook` };
    await using peer = await ReceivingPeer.listen();
    peer.answer = () => 0xa900;
    {
      const modalities = { pacs: peer.port, dead: await freePort() };
      await using queue = await ServedQueue.open(modalities, { Alerts: alerts });
      await queue.send("dead", [madeInstance()]);
      await queue.host.waitJob(await queue.send("pacs", [madeInstance()]));
      await until("both are told", () => told.length === 2);
      const [error, down] = told.toSorted((a, b) =>
        String(a["Event"]) < String(b["Event"]) ? -1 : 1,
      );
      assert.deepEqual(
        { ...error, Time: null },
        { Event: "dead-letter", Destination: "pacs", Count: 1, Time: null },
      );
      const { Event: event, Destination: destination, ErrorCode: code } = down ?? {};
      assert.deepEqual([event, destination, code], ["destination-down", "dead", "ECONNREFUSED"]);
      await queue.reopen({ MinFreeMB: 1_000_000_000 });
      await until("the disk is told of", () => told.some(({ Event: one }) => one === "disk-low"));
    }
    server.close();
    server.closeAllConnections();
  });
});
