import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { encodings, madeInstance } from "../support/made-instance.ts";
import { hasOrthanc, OrthancPeer } from "../support/orthanc-peer.ts";
import { fatesOf, Stowing } from "../support/stowing.ts";

describe("Orthanc takes it, byte for byte", () => {
  it("in every transfer syntax, chunked or not, and again", async (test) => {
    if (!hasOrthanc(test)) return;
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    {
      await using orthanc = await OrthancPeer.listening(folder);
      await using stowing = await Stowing.open();
      const instances = encodings.flatMap((syntax) =>
        [2_000, 700_000].map((size) => madeInstance(syntax, size)),
      );
      const items = await stowing.items(instances);
      for (const isChunked of [true, false]) {
        const given = { Url: `${orthanc.url}/dicom-web/`, ChunkedTransfers: isChunked };
        const senders = stowing.senders(given);
        await senders.probe();
        const sender = await senders.open();
        const fates = await fatesOf(sender, items);
        await sender.close();
        assert.deepEqual(new Set(fates), new Set(["delivered"]));
      }
      const kept = await orthanc.files();
      assert.equal(kept.length, instances.length);
      for (const { file, transferSyntax } of instances) {
        assert.ok(
          kept.some((bytes) => bytes.equals(file)),
          transferSyntax,
        );
      }
    }
    await rm(folder, { recursive: true });
  });

  it("the instance that it does not understand is refused, and the others of its batch arrive", async (test) => {
    if (!hasOrthanc(test)) return;
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    {
      await using orthanc = await OrthancPeer.listening(folder);
      await using stowing = await Stowing.open();
      const instances = Array.from({ length: 10 }, () => madeInstance());
      const [bad] = instances;
      assert.ok(bad !== undefined);
      // Its data set says nothing of what it is.
      const broken = {
        ...bad,
        file: Buffer.concat([
          bad.file.subarray(0, -bad.dataSet.length),
          Buffer.alloc(bad.dataSet.length),
        ]),
      };
      const items = await stowing.items([...instances.slice(1, 5), broken, ...instances.slice(5)]);
      const sender = await stowing.senders({ Url: `${orthanc.url}/dicom-web/` }).open();
      const fates = await fatesOf(sender, items);
      await sender.close();
      assert.equal(fates.filter((fate) => fate === "delivered").length, 9, fates.join());
      assert.match(fates[4] ?? "", /^instance permanent/);
      assert.equal((await orthanc.files()).length, 9);
    }
    await rm(folder, { recursive: true });
  });

  it("what it drops on a full disk is not delivered, whatever it answers", async (test) => {
    if (!hasOrthanc(test)) return;
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const disk = join(folder, "disk");
    await mkdir(disk);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1200k", "none", disk]);
    if (mounted.status !== 0) {
      await rm(folder, { recursive: true });
      test.skip("a disk that is small enough can only be mounted by root");
      return;
    }
    try {
      await using orthanc = await OrthancPeer.listening(folder, { StorageDirectory: disk });
      await using stowing = await Stowing.open();
      const instances = Array.from({ length: 8 }, () => madeInstance(undefined, 270_000));
      const items = await stowing.items(instances);
      // In a body that says how long it is, this version drops instances in silence and answers 200.
      const given = { Url: `${orthanc.url}/dicom-web/`, ChunkedTransfers: false };
      const sender = await stowing.senders(given).open();
      const fates = await fatesOf(sender, items);
      await sender.close();
      const kept = await orthanc.files();
      test.diagnostic(`it kept ${kept.length} of 8: ${[...new Set(fates)].join(", ")}`);
      assert.ok(kept.length < 8);
      for (const [index, { file }] of instances.entries()) {
        const isKept = kept.some((bytes) => bytes.equals(file));
        if (fates[index] === "delivered") assert.ok(isKept);
      }
      assert.ok(fates.some((fate) => fate !== "delivered"));
    } finally {
      spawnSync("umount", [disk]);
      await rm(folder, { recursive: true });
    }
  });
});
