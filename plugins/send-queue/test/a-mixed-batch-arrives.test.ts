import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { encodings, explicit, madeInstance, type MadeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";

const storage = "1.2.840.10008.5.1.4.1.1.";
/** CT, MR, ultrasound, secondary capture, ECG, encapsulated PDF, RT and so on. */
const classes = "2 4 6.1 7 9.1.1 104.1 481.1 481.2 481.3 481.5 66.4 88.11 128 20 77.1.4"
  .split(" ")
  .map((tail) => `${storage}${tail}`);
/** The five of `encodings`, RLE, JPEG-LS, JPEG 2000 and others. */
const syntaxes = [
  ...encodings,
  "1.2.840.10008.1.2.5",
  "1.2.840.10008.1.2.4.51",
  "1.2.840.10008.1.2.4.70",
  "1.2.840.10008.1.2.4.80",
  "1.2.840.10008.1.2.4.90",
  "1.2.840.10008.1.2.4.91",
];

const mixed = (some: readonly string[], others: readonly string[]): readonly MadeInstance[] =>
  some.flatMap((sopClass) =>
    others.map((syntax) => madeInstance(syntax, 600, undefined, sopClass)),
  );

describe("a mixed batch arrives", () => {
  for (const concurrency of [1, 2]) {
    it(`of 15 classes in 11 transfer syntaxes, over ${concurrency} associations at a time`, async () => {
      await using peer = await FaultyPeer.listen();
      const defaults = { Concurrency: concurrency };
      await using host = await QueueHost.open({ pacs: peer.port }, { defaults });
      const instances = mixed(classes, syntaxes);
      await host.send("pacs", instances);
      await host.until("pacs", ({ Pending: pending }) => pending === 0);
      for (const { sopInstance, sopClass, transferSyntax, dataSet } of instances) {
        const [arrived, again] = peer.stored.filter((one) => one.sopInstance === sopInstance);
        assert.equal(again, undefined);
        assert.deepEqual([arrived?.sopClass, arrived?.transferSyntax], [sopClass, transferSyntax]);
        assert.equal(arrived?.bytes.equals(dataSet), true);
      }
      // Many peers take no more than they were configured for, also not while one rests.
      assert.ok(peer.mostOpen <= concurrency, `${peer.mostOpen} associations at a time`);
    });
  }

  it("but for the classes and syntaxes that the peer does not take: those are errors at once", async () => {
    const [badClass = "", badSyntax = ""] = [classes[3], syntaxes[5]];
    await using peer = await FaultyPeer.listen({
      judgeContext: (sopClass, syntax) =>
        sopClass === badClass ? 3 : syntax === badSyntax ? 4 : 0,
    });
    await using host = await QueueHost.open({ pacs: peer.port });
    const instances = mixed(classes.slice(0, 6), syntaxes.slice(0, 7));
    await host.send("pacs", instances);
    await host.until("pacs", ({ Pending: pending }) => pending === 0);
    const expected = instances.map(({ sopInstance, sopClass, transferSyntax }) => {
      const code = transferSyntax === badSyntax ? "context 4" : undefined;
      return [sopInstance, sopClass === badClass ? "context 3" : code] as const;
    });
    const items = await host.items();
    assert.equal(items.length, expected.length);
    assert.deepEqual(
      new Map(items.map(({ SOPInstanceUID: uid, ErrorCode: code }) => [uid, code])),
      new Map(expected),
    );
    assert.equal(peer.arrived, expected.filter(([, code]) => code === undefined).length);
  });

  it("of 300 pairs, which are more than the contexts of one association", async () => {
    await using peer = await FaultyPeer.listen();
    await using host = await QueueHost.open({ pacs: peer.port }, { defaults: { Concurrency: 1 } });
    const many = Array.from({ length: 300 }, (_, number) => `${storage}9999.${number}`);
    const instances = mixed(many, [explicit]);
    await host.send("pacs", instances);
    await host.until("pacs", ({ Pending: pending }) => pending === 0);
    assert.deepEqual([...new Set(peer.counts.values())], [1]);
    assert.equal(peer.counts.size, 300);
    assert.ok(peer.mostOpen <= 1, `${peer.mostOpen} associations at a time`);
  });
});
