import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { statuses } from "../../src/adapters/native/numbers.ts";
import { openHost, type Host, type HostOptions } from "../../src/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("teller")));
after(() => workshop.remove());

const size = 1_234_567;
const stores = {
  memory: { kind: "memory" },
  sqlite: { kind: "sqlite", path: workshop.file("jobs.db") },
} as const satisfies Record<string, HostOptions["store"]>;

for (const [kind, store] of Object.entries(stores)) {
  describe(`outputs of a native job (${kind})`, { timeout: 60_000 }, () => {
    it("are read when it has succeeded, whole and by range", async () => {
      await using host = await openHost({ plugins: [library], http: { port: 0 }, store });
      const id = await putOut(host);
      const job = await host.waitJob(id);
      assert.deepEqual(
        (job.content["answers"] as number[]).map((status) => statuses[status]),
        ["OK", "OK", "OK", "OK", "NOT_FOUND", "INVALID_ARGUMENT", "INVALID_ARGUMENT"],
      );
      assert.deepEqual(job.outputs, [
        { key: "whole", mime: "text/plain", size: 9 },
        { key: "pieces", mime: "application/octet-stream", size },
      ]);
      assert.equal((await read(host, id, "whole")).toString(), "all of it");
      const expected = Buffer.from(Array.from({ length: size }, (_, at) => at % 251));
      assert.ok((await read(host, id, "pieces")).equals(expected));
      const part = await read(host, id, "pieces", "bytes=-3");
      assert.deepEqual([...part], [...expected.subarray(-3)]);
      const [line] = host.jobLogs(id);
      assert.equal(line?.text, 'the output "open" was not closed, so it is dropped');
    });
  });
}

describe("outputs of native jobs in a database", { timeout: 60_000 }, () => {
  it("are there after a restart, and their files go with the job", async () => {
    const path = workshop.file("again.db");
    const options = {
      plugins: [library],
      http: { port: 0 },
      store: { kind: "sqlite", path },
    } as const;
    const first = await openHost(options);
    const id = await putOut(first);
    await first.waitJob(id);
    await first.close();
    await using host = await openHost(options);
    assert.equal((await read(host, id, "whole")).toString(), "all of it");
    assert.equal(readdirSync(`${path}-outputs`).length, 2);
    await host.deleteJob(id);
    await host.close();
    assert.deepEqual(readdirSync(`${path}-outputs`), []);
  });
});

async function putOut(host: Host): Promise<string> {
  const answer = await fetch(`${host.url}/teller/outputs?size=${size}`, { method: "POST" });
  return answer.text();
}

async function read(host: Host, id: string, key: string, range = "bytes=0-"): Promise<Buffer> {
  const answer = await fetch(`${host.url}/jobs/${id}/${key}`, { headers: { range } });
  assert.equal(answer.status, 206);
  return Buffer.from(await answer.arrayBuffer());
}
