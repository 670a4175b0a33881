import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DataSet } from "../../src/dicom/data-set.ts";
import { FaultyPeer } from "../support/faulty-peer.ts";
import { ctImageStorage, encodings, explicit, madeInstance } from "../support/made-instance.ts";
import { associate, contextsFor, store } from "../support/sender.ts";

const isLong = process.env["BATON_LONG"] === "1";
/** More than four gigabytes: more than 32 bits. */
const large = isLong ? 4_500_000_002 : 400_000_002;
/** How much memory may grow by, in bytes; most of it is what waits to be collected. */
const most = 200_000_000;

const contexts = [{ id: 1, abstractSyntax: ctImageStorage, transferSyntaxes: [explicit] }];

/** So many bytes that are nowhere: each is what its place is, modulo 251. */
const pattern = Buffer.from(Array.from({ length: 251 * 4_200 }, (_, at) => at % 251));
const numbers = (size: number): DataSet => ({
  size,
  read: async (views, position) => {
    let at = position;
    for (const view of views) {
      view.set(pattern.subarray(at % 251, (at % 251) + view.length));
      at += view.length;
    }
    return at - position;
  },
});

describe("units are of the length that the peer takes", () => {
  for (const maxPduLength of [0, 64, 4_095, 4_096, 4_097, 16_384, 65_535, 131_072, 0xffff_ffff]) {
    it(`of ${maxPduLength} bytes, and what arrives is what was sent`, async () => {
      await using peer = await FaultyPeer.listen({ maxPduLength });
      const instances = encodings.map((syntax) => madeInstance(syntax, 40_000));
      const all = contextsFor(instances);
      const association = await associate(peer.port, all);
      for (const instance of instances) {
        assert.equal((await store(association, instance, all)).status, 0);
      }
      await association.release();
      assert.deepEqual(
        peer.stored.map(({ bytes }) => bytes.toString("base64")),
        instances.map(({ dataSet }) => dataSet.toString("base64")),
      );
      const longest = maxPduLength === 0 ? 131_072 : maxPduLength;
      assert.ok(peer.longestUnit <= longest, `a unit of ${peer.longestUnit} bytes`);
    });
  }
});

describe("an object may be larger than the memory", () => {
  for (const maxPduLength of [16_384, 0]) {
    it(`of ${large} bytes, in units of ${maxPduLength}`, async (test) => {
      await using peer = await FaultyPeer.listen({ maxPduLength, keepsBytes: false });
      const association = await associate(peer.port, contexts);
      const before = process.memoryUsage().rss;
      let peak = before;
      const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
      const request = { contextId: 1, sopClass: ctImageStorage, sopInstance: "1.2.3" };
      assert.equal((await association.store({ ...request, data: numbers(large) })).status, 0);
      clearInterval(timer);
      await association.release();
      assert.equal(peer.stored[0]?.size, large);
      test.diagnostic(`memory grew by ${Math.round((peak - before) / 1e6)} MB, peer included`);
      assert.ok(peak - before < most);
    });
  }
});
