// The host of send-queue.ts as the benchmark sees it, and the peers that it sends to.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readFile, writeFile } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Acceptor } from "../../plugins/send-queue/src/dicom/acceptor.ts";
import type { Service } from "../../plugins/send-queue/src/dicom/service.ts";
import { freePort } from "../../test/support/free-port.ts";
import { PeerProcess } from "../../plugins/send-queue/test/support/peers.ts";
import { Unable } from "./compare.ts";
import type { Product } from "./product.ts";
import type { Scratch } from "./scratch.ts";

/** Takes all and keeps nothing, at once. */
const drain: Service = {
  admit: () => null,
  negotiate: ({ transferSyntaxes }) => transferSyntaxes[0] ?? null,
  receive: async () => ({
    write: async () => {},
    finish: async () => 0,
    discard: async () => {},
  }),
};

/** A peer in this process that takes all, at once. */
export interface Drain extends AsyncDisposable {
  readonly port: number;
}

export async function openDrain(): Promise<Drain> {
  const acceptor = await Acceptor.listen(drain, {
    address: "127.0.0.1",
    port: 0,
    tls: null,
    maxAssociations: 100,
    idleMs: 60_000,
    onTrouble: () => {},
  });
  return { port: acceptor.port, [Symbol.asyncDispose]: () => acceptor.close() };
}

/** DCMTK waits for 40 ms now and then unless it is told not to, and has small buffers. */
export const quickPeer = { ...process.env, TCP_NODELAY: "1", TCP_BUFFER_LENGTH: "131072" };

/** DCMTK's storescp, with more options than its port; null: it is not installed. */
export async function startStorescp(more: readonly string[]): Promise<Drain | null> {
  if (spawnSync("storescp", ["--version"]).error !== undefined) return null;
  const port = await freePort();
  // An association that rests must not keep the next one waiting.
  const options = [...more, "--fork", "+xa", String(port)];
  const peer = await PeerProcess.listening("storescp", options, port, quickPeer);
  return { port, [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() };
}

export interface SendingHost extends AsyncDisposable {
  readonly url: string;
  /** Takes a file in; answers its id. */
  take(file: Buffer): Promise<string>;
  /** Sends everything that an id stands for; answers how many milliseconds it took. */
  send(destination: string, id: string): Promise<number>;
  /** The same without waiting for it. */
  leave(destination: string, id: string): Promise<void>;
  /** The most memory that its process has had, in bytes. */
  maxRss(): Promise<number>;
  /** Its process does nothing until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/** `settings`: of the plugin, beside its folder. */
export async function startSendingHost(
  { command, sendQueue }: Product,
  { folder }: Scratch,
  settings: { readonly SendQueue: object } & Readonly<Record<string, unknown>>,
): Promise<SendingHost> {
  const own = await mkdtemp(join(folder, "host-"));
  const queue = { Directory: join(own, "queue"), MinFreeMB: 1, ...settings.SendQueue };
  const config = {
    IndexDirectory: join(own, "jobs"),
    HttpPort: 0,
    LimitJobs: 0,
    ConcurrentJobs: 8,
    Plugins: [sendQueue],
    PluginSettings: { "send-queue": { ...settings, SendQueue: queue } },
  };
  const configFile = join(own, "baton.json");
  await writeFile(configFile, JSON.stringify(config));
  const log = await open(join(own, "log"), "w");
  const child = spawn(process.execPath, [command, "serve", "--config", configFile], {
    stdio: ["ignore", "pipe", log.fd],
  });
  await log.close();
  const url = await listensAt(child.stdout);
  const post = (path: string, body: Buffer | object): Promise<Record<string, unknown>> =>
    answerTo(`${url}${path}`, Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)));
  return {
    url,
    take: async (file) => String((await post("/instances", file))["ID"]),
    async send(destination, id) {
      const began = performance.now();
      await post(`/modalities/${destination}/store`, { Resources: [id] });
      return performance.now() - began;
    },
    async leave(destination, id) {
      const body = { Resources: [id], Asynchronous: true };
      await post(`/modalities/${destination}/store`, body);
    },
    maxRss: () => peakOf(child.pid),
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    [Symbol.asyncDispose]: () => ended(child),
  };
}

/** Out of the line that says it. */
async function listensAt(output: Readable | null): Promise<string> {
  if (output !== null) {
    for await (const line of createInterface(output)) return line.replace(/.* listens on /, "");
  }
  throw new Unable("the host of send-queue.ts has ended early");
}

/** Bytes, of which Linux says "VmHWM: 130000 kB". */
async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

/** Over a connection of its own: a frozen host cannot say that it has closed one. */
async function answerTo(url: string, body: Buffer): Promise<Record<string, unknown>> {
  const asked = request(url, { method: "POST", agent: false });
  asked.end(body);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const content = await text(answer);
  if (answer.statusCode === 200) return JSON.parse(content) as Record<string, unknown>;
  throw new Unable(`POST ${url}: ${answer.statusCode} ${content}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
