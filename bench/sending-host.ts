// The host of send-queue.ts as the benchmark sees it, and the peers that it sends to.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Acceptor } from "../plugins/send-queue/src/dicom/acceptor.ts";
import type { Service } from "../plugins/send-queue/src/dicom/service.ts";
import { freePort } from "../plugins/send-queue/test/support/free-port.ts";
import { PeerProcess } from "../plugins/send-queue/test/support/peers.ts";
import { Unable } from "./compare.ts";
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

/** Has everything compiled: it is written at the end of a process that ends by itself. */
export async function warmUp(scratch: Scratch): Promise<void> {
  const host = await startSendingHost(scratch, { SendQueue: {} });
  await host.end();
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
  /** It ends by itself. */
  end(): Promise<void>;
}

/** `settings`: of the plugin, beside its folder. */
export async function startSendingHost(
  { folder }: Scratch,
  settings: { readonly SendQueue: object } & Readonly<Record<string, unknown>>,
): Promise<SendingHost> {
  const own = await mkdtemp(join(folder, "host-"));
  await mkdir(join(own, "queue"));
  const queue = { Directory: join(own, "queue"), MinFreeMB: 1, ...settings.SendQueue };
  const options = {
    store: { kind: "sqlite", path: join(own, "jobs.sqlite") },
    http: { port: 0 },
    limitJobs: 0,
    concurrentJobs: 8,
    pluginSettings: { "send-queue": { ...settings, SendQueue: queue } },
  };
  const program = fileURLToPath(new URL("./send-queue-host.ts", import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "inherit"],
    // What is published is JavaScript: to translate our TypeScript takes memory that is not the queue's.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const hear = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Unable("the host of send-queue.ts has ended early");
    return line.value;
  };
  const url = await hear();
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
    async maxRss() {
      child.stdin.write("rss\n");
      return Number(await hear());
    },
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    async end() {
      const exited = once(child, "exit");
      child.stdin.end("end\n");
      await exited;
    },
    [Symbol.asyncDispose]: () => ended(child),
  };
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
