import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openHost, type EngineEvent } from "../index.ts";
import { findPlugins, storeIn } from "./tour-parts.ts";
import { TourError } from "./watch.ts";

/** What the second host tells its parent. */
type Message =
  | { readonly kind: "open"; readonly url: string }
  | { readonly kind: "event"; readonly event: EngineEvent };

/** In the child process: a host with the first plugin, until it is killed or left alone. */
export async function serveTour(folder: string): Promise<void> {
  process.on("disconnect", () => {
    // The parent is gone; whatever it was, this must not stay behind.
    process.exit(1);
  });
  const [plugin] = findPlugins().ready;
  const host = await openHost({
    store: storeIn(folder),
    plugins: plugin === undefined ? [] : [plugin.folder],
    http: { port: 0 },
    observer: (event) => tell({ kind: "event", event }),
  });
  tell({ kind: "open", url: host.url ?? "" });
}

function tell(message: Message): void {
  process.send?.(message);
}

/** A host in a process of its own, as its parent sees it. */
export class SecondHost {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** `program` is the file of the demo. @throws {TourError} it ended before it was open */
  static async start(
    program: string,
    folder: string,
    hear: (event: EngineEvent) => void,
  ): Promise<SecondHost> {
    const child = fork(program, [folder], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    child.on("message", (message: Message) => {
      if (message.kind === "open") resolve(message.url);
      else hear(message.event);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new TourError(`the second host ended with ${code} before it was open`));
    });
    return new SecondHost(child, await promise);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** `kill -9`: no handler runs, nothing is saved that was not. Resolves when it is dead. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
