import { renameSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import workerThreads, { type Worker, type WorkerOptions } from "node:worker_threads";

/** What happens at one COMMIT of the store thread. */
export interface Fault {
  readonly kind: "wait" | "refuse" | "die before" | "die after";
  /** First the store thread waits until these lines are in the file `log`. */
  readonly until: readonly string[];
  readonly log: string;
}

export interface FaultyData {
  readonly faults: string;
  /** The real entry of the store thread. */
  readonly thread: string;
}

const RealWorker = workerThreads.Worker;

/** Hosts that are opened while it lives have a store thread that meets faults. */
export class FaultyStores implements Disposable {
  /** The store threads, in the order they were started. */
  readonly threads: Worker[] = [];
  /** Resolves when the first fault is met. */
  readonly met: Promise<void>;
  readonly #file: string;

  /** `file`: where the faults are written for the threads; none is there yet. */
  constructor(file: string) {
    this.#file = file;
    const { threads } = this;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.met = promise;
    workerThreads.Worker = class extends RealWorker {
      constructor(thread: string | URL, options: WorkerOptions = {}) {
        const data: FaultyData = { faults: file, thread: String(thread) };
        super(new URL("host-faulty-thread.ts", import.meta.url), {
          ...options,
          workerData: { ...(options.workerData as object), ...data },
          resourceLimits: { maxOldGenerationSizeMb: 48 },
        });
        threads.push(this);
        this.on("message", (answer: unknown) => {
          if (Object(answer).kind === "met") resolve();
        });
      }
    };
    syncBuiltinESMExports();
  }

  /** The next commits meet these, one each; a refusal lasts until the next plan. */
  plan(...faults: readonly Fault[]): void {
    writeFileSync(`${this.#file}.plan`, JSON.stringify(faults));
    renameSync(`${this.#file}.plan`, this.#file);
  }

  /** From now on a new store thread can, or cannot, open its file. */
  canOpen(can: boolean): void {
    if (can) rmSync(`${this.#file}.closed`);
    else writeFileSync(`${this.#file}.closed`, "");
  }

  [Symbol.dispose](): void {
    workerThreads.Worker = RealWorker;
    syncBuiltinESMExports();
  }
}
