import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { QueueHost } from "./support/queue-host.ts";

/** Debian's python3-pydicom: files of many makers, some of them broken on purpose. */
const corpus = "/usr/lib/python3/dist-packages/pydicom/data";

describe("a file of anybody arrives byte for byte", () => {
  it("or is refused before anybody is sent anything: those of pydicom", async (test) => {
    if (!existsSync(corpus)) {
      assert.notEqual(process.env["BATON_REQUIRE_PEERS"], "1", "there is no python3-pydicom");
      return test.skip("there is no python3-pydicom");
    }
    await using peer = await FaultyPeer.listen();
    await using host = await QueueHost.open({ pacs: peer.port });
    const refused: string[] = [];
    const taken: Buffer[] = [];
    for (const name of (await readdir(corpus, { recursive: true })).toSorted()) {
      if (!name.endsWith(".dcm")) continue;
      const file = await readFile(join(corpus, name));
      const [status, { ID: id }] = await host.call("POST", "/instances", file);
      assert.ok(status === 200 || status === 400, `${name}: ${status}`);
      if (status === 400) refused.push(name);
      if (status !== 200) continue;
      taken.push(file);
      // At once: of one instance UID there are several files, of which an id means the last.
      await host.store("pacs", [String(id)]);
    }
    await host.until("pacs", ({ Pending: pending }) => pending === 0, 60_000);
    test.diagnostic(`${taken.length} taken, ${refused.length} refused`);
    assert.ok(taken.length >= 80, `only ${taken.length} were taken; not: ${refused.join(", ")}`);
    const failed = await host.items("state=failed");
    assert.deepEqual(failed, []);
    const arrived = new Set(peer.stored.map(({ bytes }) => bytes.toString("base64")));
    for (const file of taken) {
      const start = dataSetStart(file);
      const dataSet = file.subarray(start).toString("base64");
      assert.ok(arrived.has(dataSet), `${file.length} bytes, data set at ${start}`);
    }
    const syntaxes = new Set(peer.stored.map(({ transferSyntax }) => transferSyntax));
    assert.ok(syntaxes.size >= 9, [...syntaxes].join(" "));
    assert.deepEqual(refused, refusable);
  });
});

/**
 * They are cut off, or lack their meta information, their transfer syntax or their UIDs; the data set of
 * image_dfl is deflated to an odd number of bytes, over which DCMTK ends the association.
 */
const refusable = [
  "ExplVR_BigEndNoMeta.dcm",
  "ExplVR_LitEndNoMeta.dcm",
  "MR_truncated.dcm",
  "empty_charset_LEI.dcm",
  "image_dfl.dcm",
  "meta_missing_tsyntax.dcm",
  "nested_priv_SQ.dcm",
  "no_meta.dcm",
  "rtplan_truncated.dcm",
  "rtstruct.dcm",
].map((name) => join("test_files", name));

/** Where the data set begins, by the length that the meta information gives itself; by its elements without one. */
function dataSetStart(file: Buffer): number {
  const groupLength = 132;
  if (file.readUInt32LE(groupLength) === 0x0000_0002) {
    return groupLength + 12 + file.readUInt32LE(groupLength + 8);
  }
  let at = groupLength;
  while (file.readUInt16LE(at) === 2) {
    const isLong = /OB|UN|OW|SQ|UT/.test(file.toString("latin1", at + 4, at + 6));
    at += isLong ? 12 + file.readUInt32LE(at + 8) : 8 + file.readUInt16LE(at + 6);
  }
  return at;
}
