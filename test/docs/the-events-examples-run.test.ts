import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { openHost, StepResult } from "../../src/index.ts";
import { namedFiles, page } from "./documents.ts";

const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

describe("an example of docs/events.md", () => {
  let folder = "";
  const started: ChildProcess[] = [];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "baton-examples-"));
    for (const [name, code] of namedFiles(page("docs/events.md"))) {
      writeFileSync(join(folder, name), code);
    }
  });
  after(() => {
    for (const child of started) child.kill();
    rmSync(folder, { recursive: true });
  });

  it("goes on where it was after its connection broke", async () => {
    await using host = await openHost({ http: { port: 0 } });
    await using line = await breakableLine(host.url ?? "");
    const output = start("watch.mjs", [line.url]);
    assert.equal(await output.next(), "0 jobs");
    const first = await submit(host);
    await output.until(`${first} Success 100 %`);
    line.break();
    const second = await submit(host);
    await output.until(`${second} Success 100 %`);
    assert.ok(!output.lines.includes("reset"));
  });

  it("receives what is signed, and nothing else", async () => {
    const output = start("receiver.mjs", []);
    const url = await output.next();
    await using host = await openHost({ webhooks: [{ url, secret }] });
    const id = await submit(host);
    assert.equal(await output.next(), `submitted send ${id}`);
    assert.equal(await output.next(), `success send ${id}`);
    const headers = { "webhook-id": "1", "webhook-timestamp": String(Date.now() / 1000) };
    const forged = await fetch(url, { method: "POST", headers, body: "{}" });
    assert.equal(forged.status, 401);
  });

  function start(name: string, args: readonly string[]) {
    const child = spawn(
      process.execPath,
      ["--experimental-eventsource", join(folder, name), ...args],
      { env: { ...process.env, SECRET: secret }, stdio: ["ignore", "pipe", "inherit"] },
    );
    started.push(child);
    const reader = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const lines: string[] = [];
    const next = async (): Promise<string> => {
      const { value = "it has ended" } = await reader.next();
      lines.push(value);
      return value;
    };
    const until = async (wanted: string): Promise<void> => {
      for (let line = ""; line !== wanted; line = await next())
        assert.notEqual(line, "it has ended");
    };
    return { lines, next, until };
  }
});

/** A job that has succeeded. */
async function submit(host: Awaited<ReturnType<typeof openHost>>): Promise<string> {
  const job = host.createJob({ type: "send", payload: null, step: () => StepResult.success });
  return (await host.submitJobAndWait(job)).id;
}

/** A way to the host that breaks when told to. */
async function breakableLine(target: string) {
  const sockets = new Set<Socket>();
  const { port } = new URL(target);
  const server = createServer((from) => {
    const to = connect(Number(port), "127.0.0.1");
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    from.pipe(to).pipe(from);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    break: cut,
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
      await once(server, "close");
    },
  };
}
