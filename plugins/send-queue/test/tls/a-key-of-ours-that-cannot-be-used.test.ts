import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { freePort } from "../../../../test/support/free-port.ts";
import { madeInstance } from "../support/made-instance.ts";
import { ServedQueue, until } from "../support/served-queue.ts";
import { kinds, probed, trusted, withSpool } from "../support/tls-parties.ts";

describe("a key of ours that cannot be used", () => {
  for (const kind of ["C-STORE", "STOW-RS"] as const) {
    it(`is a matter of the configuration, with ${kind}`, async () => {
      const port = await freePort();
      const found = await withSpool(async (spool) => [
        await probed(kinds[kind](port, "garbled", spool)),
        await probed(kinds[kind](port, "mistaken", spool)),
      ]);
      const [garbled = "", mistaken = ""] = found;
      assert.match(garbled, /^destination configuration ERR_OSSL_/);
      assert.equal(mistaken, "destination configuration ERR_OSSL_X509_KEY_VALUES_MISMATCH");
    });
  }

  it("makes all wait, and charges no instance and no job", async () => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const [cert, key] = [join(folder, "us.pem"), join(folder, "us.key")];
    await writeFile(cert, trusted.issue("us.example").cert);
    await writeFile(key, "no key");
    const port = await freePort();
    await using queue = await ServedQueue.open({}, undefined, {
      DicomTlsCertificate: cert,
      DicomTlsPrivateKey: key,
      DicomModalities: { pacs: { AET: "PACS", Host: "localhost", Port: port, UseDicomTls: true } },
      DicomWeb: {
        Servers: {
          web: {
            Url: `https://localhost:${port}/dicom-web`,
            CertificateFile: cert,
            CertificateKeyFile: key,
          },
        },
      },
    });
    await rm(folder, { recursive: true });
    const { file } = madeInstance();
    const [, { ID: id }] = await queue.call("POST", "/instances", file);
    for (const [name, path] of [
      ["pacs", "/modalities/pacs/store"],
      ["web", "/dicom-web/servers/web/stow"],
    ] as const) {
      const body = { Resources: [id], Asynchronous: true };
      const [status, { ID: job }] = await queue.call("POST", path, body);
      assert.equal(status, 200);
      await until(
        `${name} is held`,
        async () => (await queue.destination(name))["State"] !== "Ready",
      );
      const held = await queue.destination(name);
      assert.equal(held["State"], "Misconfigured");
      assert.match(String(held["LastError"]), /^ERR_OSSL_.*: Our own certificate or key /);
      const [item] = await queue.items(`destination=${name}`);
      assert.deepEqual([item?.["State"], item?.["Attempts"]], ["Pending", 0]);
      await until("its job waits", async () => {
        return (await queue.call("GET", `/jobs/${String(job)}`))[1]["State"] === "Retry";
      });
    }
  });
});
