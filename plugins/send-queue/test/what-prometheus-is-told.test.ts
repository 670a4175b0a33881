import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { family, Histogram } from "../src/metrics/figures.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

describe("what Prometheus is told", () => {
  it("by the host: what waits, was sent and failed, by destination", async () => {
    await using peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count === 0 ? 0xa900 : 0);
    const modalities = { pacs: peer.port, dead: await freePort() };
    await using queue = await ServedQueue.open(modalities, { Defaults: { Concurrency: 1 } });
    const instances = [madeInstance(), madeInstance(), madeInstance()];
    await queue.host.waitJob(await queue.send("pacs", instances));
    await queue.send("dead", [madeInstance()]);
    await until("it is known to be dead", async () => {
      const { State: state } = await queue.destination("dead");
      return state === "Backoff";
    });
    const bytes = instances.slice(1).reduce((sum, { dataSet }) => sum + dataSet.length, 0);
    const expected = [
      'sendqueue_items{destination="pacs",state="sent"} 2',
      'sendqueue_items{destination="pacs",state="failed"} 1',
      'sendqueue_items{destination="dead",state="pending"} 1',
      'sendqueue_sent_total{destination="pacs"} 2',
      `sendqueue_bytes_total{destination="pacs"} ${bytes}`,
      'sendqueue_failed_total{destination="pacs",class="permanent"} 1',
      'sendqueue_breaker_open{destination="pacs"} 0',
      'sendqueue_breaker_open{destination="dead"} 1',
      'sendqueue_round_trip_seconds_count{destination="pacs"} 3',
      'sendqueue_association_seconds_count{destination="pacs"} 1',
    ];
    for (const [path, end] of [
      ["/metrics", "\n"],
      ["/tools/metrics-prometheus", " "],
      ["/send-queue/metrics", "\n"],
    ] as const) {
      const text = await (await fetch(`${queue.host.url}${path}`)).text();
      for (const line of expected)
        assert.ok(text.includes(`${line}${end}`), `${path}: ${line}\n${text}`);
      const [, age] = /sendqueue_oldest_seconds\{destination="dead"\} ([\d.]+)/.exec(text) ?? [];
      assert.ok(Number(age) > 0 && Number(age) < 60, `${age}`);
    }
  });

  it("in its own form: labels are escaped, buckets are cumulative", () => {
    const about = { name: "a", type: "gauge", help: "What." };
    assert.equal(
      family(about, [[{ of: 'x"y\\z\n' }, 1.5]]),
      '# HELP a What.\n# TYPE a gauge\na{of="x\\"y\\\\z\\n"} 1.5\n',
    );
    const histogram = new Histogram([1, 2]);
    for (const value of [0.5, 1, 1.5, 9]) histogram.observe(value);
    assert.equal(
      histogram.text("h", { d: "x" }),
      'h_bucket{d="x",le="1"} 2\nh_bucket{d="x",le="2"} 3\nh_bucket{d="x",le="+Inf"} 4\n' +
        'h_sum{d="x"} 12\nh_count{d="x"} 4\n',
    );
  });
});
