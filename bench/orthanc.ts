// A real Orthanc with orthanc-jobs.c in it, of Debian's packages orthanc and orthanc-dev.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { access, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { Unable, type Peer } from "./compare.ts";
import { perSecond } from "./plugin-clock.ts";
import { buildPlugin, type Scratch } from "./scratch.ts";

const executable = "/usr/sbin/Orthanc";
const header = "/usr/include/orthanc/OrthancCPlugin.h";
const answerPatienceMs = 180_000;
const endPatienceMs = 10_000;

/** What orthanc-jobs.c has a name for. */
export type OrthancWork = "bare" | "full" | "step";

export interface Orthanc extends AsyncDisposable {
  /** Does the work; absent if Orthanc is. */
  peer(work: OrthancWork): Peer;
}

/** Starts one, or finds that none is installed. It ends when it is disposed of, or if we end. */
export async function startOrthanc(scratch: Scratch, concurrency: number): Promise<Orthanc> {
  if (!(await isInstalled())) return absent;
  const plugin = await buildPlugin(scratch, "orthanc-jobs.c");
  const settings = join(scratch.folder, "orthanc.json");
  const folder = join(scratch.folder, "orthanc");
  await writeFile(settings, JSON.stringify(configuration(folder, plugin, concurrency)));
  const log = join(scratch.folder, "orthanc.log");
  const running = new RunningOrthanc(await launch(settings, log), log);
  try {
    await running.answer();
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
  return running;
}

const absent: Orthanc = {
  peer: () => ({ name: "Orthanc", rate: null }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

async function isInstalled(): Promise<boolean> {
  const files = [access(executable, constants.X_OK), access(header)];
  const found = await Promise.allSettled(files);
  return found.every(({ status }) => status === "fulfilled");
}

/**
 * As many slots as ours; a finished job is let go of at once, as a payload of ours is; nothing is
 * saved, and no port is opened.
 */
function configuration(folder: string, plugin: string, concurrency: number): object {
  return {
    StorageDirectory: folder,
    IndexDirectory: folder,
    Plugins: [plugin],
    ConcurrentJobs: concurrency,
    JobsHistorySize: 0,
    SaveJobs: false,
    DicomServerEnabled: false,
    HttpServerEnabled: false,
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

  peer(work: OrthancWork): Peer {
    return {
      name: "Orthanc",
      rate: async (n) => {
        this.#child.stdin.write(`${work} ${n}\n`);
        return perSecond(n, await this.answer());
      },
    };
  }

  /** @throws {Unable} it died, or said nothing for three minutes, and is ended. */
  async answer(): Promise<string> {
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
