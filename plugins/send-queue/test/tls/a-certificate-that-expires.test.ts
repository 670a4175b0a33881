import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openHost } from "../../../../src/index.ts";
import { plugin } from "../../src/index.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { madeInstance } from "../support/made-instance.ts";
import { StowServer } from "../support/stow-server.ts";
import { servers, trusted } from "../support/tls-parties.ts";

type Answer = Readonly<Record<string, unknown>>;

describe("a certificate that expires while something is queued", () => {
  it("charges no instance; when it is renewed a flush sends everything", async () => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const port = await freePort();
    await writeFile(join(folder, "ca.pem"), trusted.cert);
    const host = await openHost({
      http: { port: 0 },
      plugins: [plugin],
      pluginSettings: {
        "send-queue": {
          DicomWeb: {
            Servers: {
              cloud: {
                Url: `https://localhost:${port}/`,
                HttpsCACertificates: join(folder, "ca.pem"),
              },
            },
          },
          SendQueue: { Directory: join(folder, "queue"), MinFreeMB: 1 },
        },
      },
    });
    const call = async (method: string, path: string, body = ""): Promise<Answer> => {
      const answer = await fetch(`${host.url}${path}`, { method, ...(body && { body }) });
      return (await answer.json()) as Answer;
    };
    try {
      const { file } = madeInstance();
      const taken = await fetch(`${host.url}/instances`, { method: "POST", body: file });
      const { ID: id } = (await taken.json()) as Answer;
      let job = "";
      {
        await using expired = await StowServer.listen(servers.expired, port);
        const body = JSON.stringify([id]);
        const refused = await call("POST", "/dicom-web/servers/cloud/stow", body);
        job = String((refused["SendQueue"] as Answer)["ID"]);
        const queue = JSON.stringify(await call("GET", "/send-queue"));
        assert.match(queue, /"State":"Misconfigured".*CERT_HAS_EXPIRED/);
        const [item] = (await call("GET", "/send-queue/items")) as unknown as Answer[];
        assert.deepEqual([item?.["State"], item?.["Attempts"]], ["Pending", 0]);
        assert.deepEqual(expired.asked, []);
      }
      await using renewed = await StowServer.listen(servers.good, port);
      await call("POST", "/send-queue/destinations/cloud/flush");
      assert.equal((await host.waitJob(job, { timeoutMs: 20_000 })).state, "succeeded");
      assert.ok(renewed.stowed[0]?.files[0]?.equals(file));
    } finally {
      await host.close();
      await rm(folder, { recursive: true });
    }
  });
});
