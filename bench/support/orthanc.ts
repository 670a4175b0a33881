// A real Orthanc with a plugin of bench/native in it, of Debian's packages orthanc and orthanc-dev.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { access, open, readFile, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { Unable, type Peer } from "./compare.ts";
import { perSecond } from "./plugin-clock.ts";
import { buildPlugin, type Scratch } from "./scratch.ts";

const executable = "/usr/sbin/Orthanc";
const header = "/usr/include/orthanc/OrthancCPlugin.h";
const answerPatienceMs = 600_000;
const endPatienceMs = 60_000;

export interface OrthancOptions {
  /** The plugin, in C, of bench/native. It says "ready", then answers lines (orthanc-plugin.h). */
  readonly source: string;
  readonly concurrency: number;
  /** Default false: nothing is written. */
  readonly saveJobs?: boolean;
  /** How many finished jobs it remembers. Default 0. */
  readonly historySize?: number;
  /** Where its REST interface listens, on loopback. Default: nowhere. */
  readonly httpPort?: number;
  /** Where its database is. Default: a folder of its own in the scratch folder. */
  readonly folder?: string;
}

/** A running Orthanc. It ends when it is disposed of, or if we end. */
export interface Orthanc extends AsyncDisposable {
  readonly pid: number;
  /** What the plugin answers to a line. @throws {Unable} it died, or said nothing for ten minutes. */
  ask(line: string): Promise<string>;
  /** The next line that nobody has asked for. @throws {Unable} as ask. */
  hear(): Promise<string>;
}

/** Starts one and waits until it is ready; null: none is installed. */
export async function startOrthanc(
  scratch: Scratch,
  options: OrthancOptions,
): Promise<Orthanc | null> {
  const running = await launchOrthanc(scratch, options);
  if (running === null) return null;
  try {
    await running.hear();
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
  return running;
}

/** Starts one and does not wait for it to say anything; null: none is installed. */
export async function launchOrthanc(
  scratch: Scratch,
  options: OrthancOptions,
): Promise<Orthanc | null> {
  if (!(await isInstalled())) return null;
  const plugin = await buildPlugin(scratch, options.source);
  const name = parse(options.source).name;
  const settings = join(scratch.folder, `${name}.json`);
  const folder = options.folder ?? join(scratch.folder, `${name}-database`);
  await writeFile(settings, JSON.stringify(configuration(folder, plugin, options)));
  const log = join(scratch.folder, `${name}.log`);
  return new RunningOrthanc(await launch(settings, log), log);
}

/** What the plugin does when it is asked for `kind` and a number; it answers with nanoseconds. */
export function orthancPeer(orthanc: Orthanc | null, kind: string): Peer {
  const name = "Orthanc";
  if (orthanc === null) return { name, rate: null };
  return { name, rate: async (n) => perSecond(n, await orthanc.ask(`${kind} ${n}`)) };
}

async function isInstalled(): Promise<boolean> {
  const files = [access(executable, constants.X_OK), access(header)];
  const found = await Promise.allSettled(files);
  return found.every(({ status }) => status === "fulfilled");
}

/** As many slots as ours; a finished job is let go of at once, as a payload of ours is; no port: unless told otherwise. */
function configuration(folder: string, plugin: string, options: OrthancOptions): object {
  return {
    StorageDirectory: folder,
    IndexDirectory: folder,
    Plugins: [plugin],
    ConcurrentJobs: options.concurrency,
    JobsHistorySize: options.historySize ?? 0,
    SaveJobs: options.saveJobs ?? false,
    DicomServerEnabled: false,
    HttpServerEnabled: options.httpPort !== undefined,
    ...(options.httpPort !== undefined && {
      HttpPort: options.httpPort,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: false,
    }),
  };
}

type Child = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable };

async function launch(settings: string, log: string): Promise<Child> {
  await using file = await open(log, "w");
  return spawn(executable, [settings], { stdio: ["pipe", "pipe", file.fd] }) as Child;
}

class RunningOrthanc implements Orthanc {
  readonly #child: Child;
  readonly #log: string;
  readonly #lines: AsyncIterator<string>;

  constructor(child: Child, log: string) {
    this.#child = child;
    this.#log = log;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    // Its death shows in the answers.
    child.stdin.on("error", () => undefined);
    child.on("error", () => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`);
    return this.hear();
  }

  async hear(): Promise<string> {
    const late = new AbortController();
    void this.#endAfter(answerPatienceMs, late.signal);
    const line = await this.#lines.next();
    late.abort();
    if (line.done !== true) return line.value;
    throw new Unable(`Orthanc ended early:\n${await readFile(this.#log, "utf8")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.stdin.end();
    const late = new AbortController();
    void this.#endAfter(endPatienceMs, late.signal);
    await exited;
    late.abort();
  }

  async #endAfter(ms: number, signal: AbortSignal): Promise<void> {
    const isLate = await setTimeout(ms, true, { signal, ref: false }).catch(() => false);
    if (isLate) this.#child.kill("SIGKILL");
  }
}
