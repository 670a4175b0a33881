import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { verification, implicitLittleEndian } from "../../src/dicom/uids.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { encodings, explicit, madeInstance, type MadeInstance } from "../support/made-instance.ts";
import { PeerProcess, hasPeer } from "../support/peers.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { associate, contextsFor, store } from "../support/sender.ts";

const run = promisify(execFile);

describe("DCMTK understands us", () => {
  it("storescp keeps what we send, byte for byte", async (test) => {
    if (!hasPeer(test, "storescp")) return;
    await using folder = await temporaryFolder();
    const port = await freePort();
    // +B: the bytes of the data set as they come. +xa: every transfer syntax.
    const options = ["+B", "+xa", "--output-directory", folder.path, String(port)];
    await using peer = await PeerProcess.listening("storescp", options, port);
    const instances = encodings.map((uid) => madeInstance(uid, 200_000));
    const contexts = contextsFor(instances);
    const association = await associate(port, contexts);
    for (const instance of instances) {
      assert.deepEqual(await store(association, instance, contexts), { status: 0, comment: "" });
    }
    await association.release();
    const kept = await filesOf(folder.path);
    for (const { dataSet, transferSyntax } of instances) {
      const isThere = kept.some((file) => file.subarray(-dataSet.length).equals(dataSet));
      assert.equal(isThere, true, transferSyntax);
    }
    assert.equal(kept.length, instances.length, peer.output);
  });

  it("storescp answers our echo", async (test) => {
    if (!hasPeer(test, "storescp")) return;
    const port = await freePort();
    await using peer = await PeerProcess.listening("storescp", ["--ignore", String(port)], port);
    const contexts = [
      { id: 1, abstractSyntax: verification, transferSyntaxes: [implicitLittleEndian] },
    ];
    const association = await associate(port, contexts);
    assert.equal((await association.echo(1)).status, 0, peer.output);
    await association.release();
  });

  it("echoscu hears our answer", async (test) => {
    if (!hasPeer(test, "echoscu")) return;
    await using peer = await ReceivingPeer.listen();
    await run("echoscu", ["-aet", "OTHER", "127.0.0.1", String(peer.port)]);
    assert.deepEqual(peer.troubles, []);
  });

  it("storescu brings us what it has, on one association", async (test) => {
    if (!hasPeer(test, "storescu")) return;
    await using folder = await temporaryFolder();
    await using peer = await ReceivingPeer.listen();
    const instances = [1, 2, 3].map(() => madeInstance(explicit, 150_000));
    const files = await written(folder.path, instances);
    await run("storescu", [
      "-aet",
      "OTHER",
      "-aec",
      "US",
      "127.0.0.1",
      String(peer.port),
      ...files,
    ]);
    assert.deepEqual(
      peer.received.map(({ message }) => message.sopInstance).toSorted(),
      instances.map(({ sopInstance }) => sopInstance).toSorted(),
    );
    assert.equal(peer.received[0]?.message.caller.callingAet, "OTHER");
    assert.equal(peer.received[0]?.message.caller.calledAet, "US");
    // storescu pads pixels and writes sequences anew: the noise must be there.
    for (const { dataSet } of instances) {
      const noise = dataSet.subarray(-150_000);
      assert.equal(
        peer.received.some(({ bytes }) => bytes.indexOf(noise) > 0),
        true,
      );
    }
    assert.deepEqual(peer.troubles, []);
  });
});

interface Folder extends AsyncDisposable {
  readonly path: string;
}

async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "send-queue-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function filesOf(folder: string): Promise<readonly Buffer[]> {
  const names = await readdir(folder);
  return Promise.all(names.map((name) => readFile(join(folder, name))));
}

async function written(
  folder: string,
  instances: readonly MadeInstance[],
): Promise<readonly string[]> {
  const paths = instances.map((_, index) => join(folder, `${index}.dcm`));
  await Promise.all(paths.map((path, at) => writeFile(path, instances[at]?.file ?? "")));
  return paths;
}
