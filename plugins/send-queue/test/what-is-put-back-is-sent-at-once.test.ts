import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { until } from "./support/served-queue.ts";

/** Seconds; nobody waits for so long. */
const long = 600;

describe("an error that somebody puts back into the queue", () => {
  for (const by of ["/send-queue/errors/requeue", "/send-queue/jobs/{job}/resubmit"]) {
    it(`is sent at once by a job that sleeps until another of its instances is due: ${by}`, async () => {
      await using peer = await ReceivingPeer.listen();
      const answers = [0x0110, 0xa900];
      peer.answer = (_message, count) => answers[count] ?? 0;
      const defaults = { Concurrency: 1, InstanceRetries: [long] };
      await using host = await QueueHost.open({ pacs: peer.port }, { defaults });
      const job = await host.send("pacs", [
        madeInstance(explicit, 1_000),
        madeInstance(explicit, 1_000),
      ]);
      await host.until("pacs", ({ Failed: failed }) => failed === 1);
      await until("it sleeps", () => host.host.jobInfo(job).state === "retrying");
      const [status] = await host.call("POST", by.replace("{job}", job));
      assert.equal(status, 200);
      await host.until("pacs", ({ Sent: sent, Failed: failed }) => sent === 1 && failed === 0);
      assert.equal(peer.received.length, 3);
    });
  }
});
