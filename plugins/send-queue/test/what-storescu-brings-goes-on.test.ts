import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { openHost } from "../../../src/index.ts";
import { plugin } from "../src/index.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { PeerProcess, hasPeer } from "./support/peers.ts";

const run = promisify(execFile);

describe("what storescu brings goes on", () => {
  it("to storescp, by a host in between, without a change of the noise in it", async (test) => {
    if (!hasPeer(test, "storescu") || !hasPeer(test, "storescp")) return;
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const archive = join(folder, "archive");
    await mkdir(archive);
    const [ours, theirs] = [await freePort(), await freePort()];
    const options = ["+B", "+xa", "--output-directory", archive, String(theirs)];
    await using peer = await PeerProcess.listening("storescp", options, theirs);
    const host = await openHost({
      http: { port: 0 },
      plugins: [plugin],
      pluginSettings: {
        "send-queue": {
          DicomServerEnabled: true,
          DicomPort: ours,
          DicomModalities: { pacs: ["PACS", "127.0.0.1", theirs] },
          SendQueue: { Directory: join(folder, "queue"), MinFreeMB: 1 },
        },
      },
    });
    try {
      const instance = madeInstance(explicit, 150_000);
      const path = join(folder, "one.dcm");
      await writeFile(path, instance.file);
      await run("storescu", ["127.0.0.1", String(ours), path]);
      const other = madeInstance(explicit, 150_000);
      const { resources } = await studyOf(host.url ?? "", other.file);
      const answer = await fetch(`${host.url}/modalities/pacs/store`, {
        method: "POST",
        body: JSON.stringify(resources),
      });
      assert.equal(answer.status, 200, await answer.text());
      const files = await Promise.all(
        (await readdir(archive)).map((name) => readFile(join(archive, name))),
      );
      assert.equal(files.length, 2, peer.output);
      for (const { dataSet } of [instance, other]) {
        const noise = dataSet.subarray(-150_000);
        assert.equal(
          files.some((file) => file.indexOf(noise) > 0),
          true,
        );
      }
    } finally {
      await host.close();
      await rm(folder, { recursive: true });
    }
  });

  it("unless it is cut off: then storescu is told so, and nothing is kept", async (test) => {
    if (!hasPeer(test, "storescu")) return;
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const port = await freePort();
    await using host = await openHost({
      http: { port: 0 },
      plugins: [plugin],
      pluginSettings: {
        "send-queue": {
          DicomServerEnabled: true,
          DicomPort: port,
          SendQueue: { Directory: join(folder, "queue"), MinFreeMB: 1_000_000_000 },
        },
      },
    });
    const path = join(folder, "one.dcm");
    await writeFile(path, madeInstance().file);
    // A disk that has less room than is to be kept free.
    await assert.rejects(
      run("storescu", ["-v", "127.0.0.1", String(port), path]),
      /OutOfResources|0xa700/i,
    );
    const answer = await fetch(`${host.url}/instances`, {
      method: "POST",
      body: madeInstance().file,
    });
    assert.equal(answer.status, 507);
    await host.close();
    assert.deepEqual(await readdir(join(folder, "queue", "spool", "incoming")), []);
    await rm(folder, { recursive: true });
  });
});

/** Takes another file of the same study in, over REST; answers the study, which is both of them. */
async function studyOf(
  url: string,
  file: Buffer,
): Promise<{ readonly resources: readonly string[] }> {
  const answer = await fetch(`${url}/instances`, { method: "POST", body: file });
  const { ParentStudy: study } = (await answer.json()) as { ParentStudy: string };
  return { resources: [study] };
}
