import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { dressedInstance } from "../support/dressed-instance.ts";

const program = fileURLToPath(new URL("../support/queue-host-process.ts", import.meta.url));
const size = process.env["BATON_LONG"] === "1" ? 1_073_741_824 : 536_870_912;

/** More than what is collected late, and far less than the file; bytes. */
const most = 209_715_200;

describe("a large file needs no memory", () => {
  it(`to be taken in: ${size / 1_048_576} MiB`, async (test) => {
    if (process.platform !== "linux") return test.skip("there is no /proc");
    const folder = await mkdtemp(join(tmpdir(), "sq-in-large-"));
    const settings = { SendQueue: { Directory: join(folder, "queue"), MinFreeMB: 1 } };
    const options = { http: { port: 0 }, pluginSettings: { "send-queue": settings } };
    const host = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [url] = (await once(createInterface({ input: host.stdout }), "line")) as [string];
      const before = await peakOf(host.pid);
      const head = Buffer.concat([dressedInstance().file, pixelsOf(size)]);
      const headers = { "content-length": String(head.length + size) };
      const client = request(`${url}/instances`, { method: "POST", headers });
      client.write(head);
      const block = Buffer.alloc(1_048_576, 7);
      for (let at = 0; at < size; at += block.length) {
        if (!client.write(block)) await once(client, "drain");
      }
      client.end();
      const [response] = await once(client, "response");
      const answer = Buffer.concat(await response.toArray()).toString();
      assert.equal(response.statusCode, 200, answer);
      const grown = (await peakOf(host.pid)) - before;
      test.diagnostic(`${Math.round(grown / 1_048_576)} MiB more at most`);
      assert.ok(grown < most, `${grown} bytes more`);
    } finally {
      const gone = once(host, "exit");
      host.kill("SIGKILL");
      await gone;
      await rm(folder, { recursive: true });
    }
  });
});

/** The head of an element with so many bytes of pixels. */
function pixelsOf(bytes: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(0x7fe0, 0);
  head.writeUInt16LE(0x0010, 2);
  head.write("OW", 4, "latin1");
  head.writeUInt32LE(bytes, 8);
  return head;
}

/** The most memory that a process has had, in bytes. */
async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
}
