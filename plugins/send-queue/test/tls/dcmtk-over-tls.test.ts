import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { openHost, type Host } from "../../../../src/index.ts";
import { plugin } from "../../src/index.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { explicit, madeInstance } from "../support/made-instance.ts";
import { hasPeer, PeerProcess } from "../support/peers.ts";
import { kinds, probed, stranger, trusted, withSpool } from "../support/tls-parties.ts";

const run = promisify(execFile);

describe("DCMTK over TLS", () => {
  let folder = "";
  const path = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    await writeFile(path("ca.pem"), trusted.cert);
    for (const [name, authority] of Object.entries({ good: trusted, strange: stranger })) {
      const { cert, key } = authority.issue();
      await writeFile(path(`${name}.pem`), cert);
      await writeFile(path(`${name}.key`), key);
    }
  });
  after(() => rm(folder, { recursive: true }));

  const host = (settings: object): Promise<Host> =>
    openHost({
      http: { port: 0 },
      plugins: [plugin],
      pluginSettings: {
        "send-queue": {
          ...settings,
          DicomTlsCertificate: path("good.pem"),
          DicomTlsPrivateKey: path("good.key"),
          DicomTlsTrustedCertificates: path("ca.pem"),
          SendQueue: { Directory: path(`queue-${Math.random()}`), MinFreeMB: 1 },
        },
      },
    });
  const tlsOf = (name: string): string[] => [
    "+tls",
    path(`${name}.key`),
    path(`${name}.pem`),
    "+cf",
    path("ca.pem"),
    "-v",
  ];

  it("storescp that requires a certificate gets what storescu sends to us over TLS", async (test) => {
    if (!hasPeer(test, "storescp") || !hasPeer(test, "storescu")) return;
    const archive = path("archive");
    await mkdir(archive);
    const [ours, theirs] = [await freePort(), await freePort()];
    const options = [...tlsOf("good"), "-rc", "+B", "+xa", "-od", archive, String(theirs)];
    await using peer = await PeerProcess.listening("storescp", options, theirs);
    await using receiver = await host({
      DicomServerEnabled: true,
      DicomPort: ours,
      DicomTlsEnabled: true,
      DicomModalities: {
        pacs: { AET: "PACS", Host: "localhost", Port: theirs, UseDicomTls: true },
      },
    });
    const { file, dataSet } = madeInstance(explicit, 150_000);
    await writeFile(path("one.dcm"), file);
    await run("storescu", [...tlsOf("good"), "localhost", String(ours), path("one.dcm")]);
    const taken = await fetch(`${receiver.url}/instances`, { method: "POST", body: file });
    const { ParentStudy: study } = (await taken.json()) as { ParentStudy: string };
    const answer = await fetch(`${receiver.url}/modalities/pacs/store`, {
      method: "POST",
      body: JSON.stringify([study]),
    });
    assert.equal(answer.status, 200, `${await answer.text()} ${peer.output}`);
    const [name] = await readdir(archive);
    assert.ok(name !== undefined, peer.output);
    const noise = dataSet.subarray(-150_000);
    assert.ok((await readFile(join(archive, name))).indexOf(noise) > 0);
  });

  it("we take nothing from who shows no certificate that we trust, or speaks no TLS", async (test) => {
    if (!hasPeer(test, "storescu")) return;
    const port = await freePort();
    await using receiver = await host({
      DicomServerEnabled: true,
      DicomPort: port,
      DicomTlsEnabled: true,
    });
    const { file } = madeInstance();
    await writeFile(path("two.dcm"), file);
    for (const options of [tlsOf("strange"), ["+tla", "+cf", path("ca.pem")], []]) {
      await assert.rejects(
        run("storescu", [...options, "-to", "5", "localhost", String(port), path("two.dcm")]),
        options.join(" "),
      );
    }
    const answer = await fetch(`${receiver.url}/instances`, { method: "POST", body: file });
    const { Status: status } = (await answer.json()) as { Status: string };
    assert.equal(status, "Success", "it was here before");
  });

  it("storescp says why it does not trust us", async (test) => {
    if (!hasPeer(test, "storescp")) return;
    const port = await freePort();
    const options = [...tlsOf("good"), "-rc", "--ignore", String(port)];
    await using peer = await PeerProcess.listening("storescp", options, port);
    const of = (client: "nobody" | "ours" | "strange"): Promise<string> =>
      withSpool((spool) => probed(kinds["C-STORE"](port, client, spool)));
    assert.equal(await of("ours"), "there", peer.output);
    assert.match(await of("strange"), /^destination configuration ERR_SSL_.*UNKNOWN_CA$/);
    assert.match(await of("nobody"), /^destination configuration ERR_SSL_/);
  });
});
