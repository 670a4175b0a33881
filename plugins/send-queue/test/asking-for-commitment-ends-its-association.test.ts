import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { JobHost } from "../../../src/sdk.ts";
import { askForCommitment, type Listener } from "../src/commitment/ask.ts";
import { Committer } from "../src/commitment/committer.ts";
import type { Destination } from "../src/destinations/destination.ts";
import type { SendParts } from "../src/job/send-job.ts";
import { destinationBackOff } from "../src/policy/back-off.ts";
import { closedBreaker } from "../src/policy/breaker.ts";
import type { Modality } from "../src/settings/settings.ts";
import { QueueFailed } from "../src/queue/queue.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { until } from "./support/served-queue.ts";

describe("asking for commitment ends its association", () => {
  it("also when the queue cannot note that the peer has taken it", async () => {
    await using peer = await ReceivingPeer.listen();
    const modality = {
      aet: "PEER",
      localAet: "SENDQ",
      address: { host: "127.0.0.1", port: peer.port, tls: null },
      timeoutMs: 10_000,
      patience: {},
    } as Modality;
    const request = {
      transaction: "2.25.1",
      references: [{ sopClass: "1.2", sopInstance: "1.3" }],
    };
    const listener: Listener = {
      taken: () => Promise.reject(new QueueFailed("database or disk is full")),
      reported: async () => 0,
      signal: new AbortController().signal,
      closing: new AbortController().signal,
    };
    await assert.rejects(askForCommitment(modality, request, listener), QueueFailed);
    assert.equal(peer.received.length, 1);
    await until("the peer hears of the end", () => peer.troubles.length === 1);
    assert.match(String(peer.troubles[0]), /aborted the association/);
  });

  it("also with a peer that says nothing, when the host closes", async (test) => {
    const connected = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on("error", () => {}).resume();
      connected.resolve();
    }).listen(0, "127.0.0.1");
    test.after(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const address = { host: "127.0.0.1", port, tls: null };
    const destination = {
      target: {
        kind: "dicom",
        name: "pacs",
        aet: "PEER",
        localAet: "SENDQ",
        address,
        commitmentMs: 1,
        timeoutMs: 10_000,
        patience: {},
        backOff: destinationBackOff,
      },
      isPaused: false,
      breaker: closedBreaker,
      opensAt: (now: number) => now,
    } as unknown as Destination;
    const forgotten: string[] = [];
    const call = async (name: string): Promise<unknown> => {
      if (name === "forgetTransactions") return 0;
      if (name === "forgetTransaction") forgotten.push(name);
      return [{ instance: { sopClass: "1.2", sopInstance: "1.3" } }];
    };
    const host = { log: () => {} } as unknown as JobHost;
    const parts = { queue: { call } } as unknown as SendParts;
    const committer = new Committer(host, parts, [destination]);
    await committer.care(Date.now());
    await connected.promise;
    // It would be waited for half a minute.
    const late = delay(15_000, "too late", { ref: false });
    assert.equal(await Promise.race([committer.close(), late]), undefined);
    assert.equal(forgotten.length, 1);
  });
});
