import { realpathSync } from "node:fs";
import { extname, resolve } from "node:path";
import { serialize } from "node:v8";
import { Worker } from "node:worker_threads";
import { JobEngineError } from "../../../core/errors.ts";
import type { JobRecord, NewJobRecord } from "../../../core/job-record.ts";
import type { Added, JobStore, StoreWrite } from "../../../ports/job-store.ts";
import type { Properties, Property } from "../../../ports/properties.ts";
import type { NativeCore } from "../../../native/binding.ts";
import { LocalSequences, type Sequences } from "../sequences.ts";
import { CommitMark } from "./commit-mark.ts";
import { copyFile, readCopy, type DatabaseCopy } from "./copy.ts";
import type {
  Copied,
  Durability,
  StoreAnswer,
  StoreRequest,
  StoreThreadData,
  WriteRequest,
} from "./messages.ts";
import { PendingWrites, type PropertyWrite } from "./pending-writes.ts";
import { Outbox } from "./outbox.ts";
import { Questions } from "./questions.ts";
import { toRecord } from "./rows.ts";

export interface SqliteStoreOptions {
  /** The database file. It is created if it is absent; its folder must exist. */
  readonly path: string;
  /** What a commit survives: `full` a power loss, `process` only kill -9, but it costs far less. */
  readonly durability: Durability;
  /** False: `open` answers [], and the jobs in the file stay as they are. Default true. */
  readonly load?: boolean;
  /** The native core, through whose queue all writes go then, in one order with its threads'. */
  readonly native?: Sequences & Pick<NativeCore, "number" | "putUpdate" | "putNew">;
  /** Starts the store thread. Default: a worker with Node's own limits. For tests. */
  readonly startThread?: (file: URL, data: StoreThreadData) => Worker;
}

/** How long after a thread could not open the file again the next one tries; milliseconds. */
const reopenAfterMs = 250;

/** Stands in a new row until the native queue has given it its place; a row has none below it. */
const unplaced = 1;

/** The built package has no .ts files, and the compiler does not rewrite names like this one. */
const threadFile = new URL(
  `./store-thread${extname(new URL(import.meta.url).pathname)}`,
  import.meta.url,
);

/**
 * Jobs in one SQLite file, which a thread of its own reads and writes: the loop never waits for the
 * disk. What is handed over while one commit runs shares the next.
 *
 * If that thread dies, a new one opens the file before anything else is written. What had reached
 * its COMMIT is written once more (records are whole, so twice is once) and answered; all else is
 * answered STORE_FAILED, and is not in the store. If the process dies, the file holds every commit
 * that was answered, and perhaps the last one that was not.
 */
export class SqliteStore implements JobStore, Properties {
  readonly durable = true;
  readonly #options: SqliteStoreOptions;
  readonly #path: string;
  readonly #sequences: Sequences;
  readonly #writes = new PendingWrites();
  readonly #questions = new Questions();
  readonly #outbox = new Outbox({
    refused: (number, why) => this.#writes.failed(number, storeFailed(why)),
    atEnd: setImmediate,
  });
  #thread: Worker | null = null;
  /** A thread that was started ahead, until it is told to open. */
  #booted: Worker | null = null;
  #mark = new CommitMark();
  #isOpened = false;
  #wasEverOpened = false;
  #reopening: NodeJS.Timeout | null = null;
  #opening: Opening | null = null;
  /** Whoever waits for the copy that is being made; its argument is why there is none. */
  #copying: ((copied: Copied) => void) | null = null;
  #closing: Promise<void> | null = null;
  #transactions = 0;
  /** Why the thread ended, as far as it could say. */
  #fault: string | null = null;

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
    this.#sequences = options.native ?? new LocalSequences();
    this.#path = resolve(options.path);
  }

  /** Where it is, and where that is in truth: a folder may be known by several names. */
  get databases(): readonly string[] {
    return [this.#path, realpathSync(this.#path)];
  }

  /** Commits so far: far fewer than writes, when many write at once. */
  get transactions(): number {
    return this.#transactions;
  }

  /**
   * Starts the thread ahead, so that it is up when other things have been loaded. It touches no file before
   * `open`; `close` ends it.
   */
  boot(): void {
    this.#booted = this.#spawn();
  }

  open(): Promise<readonly JobRecord[]> {
    return new Promise((opened, refused) => {
      this.#opening = { records: [], fault: null, opened, refused };
      this.#start(this.#options.load ?? true);
    });
  }

  add(...records: readonly NewJobRecord[]): Added {
    // The native queue gives them their places when it takes them.
    const isNative = this.#options.native !== undefined;
    const places = records.map(() => (isNative ? unplaced : this.nextSequence()));
    const writes = records.map((record, at): StoreWrite => {
      return { kind: "put", record: { ...record, sequence: places[at] ?? unplaced } };
    });
    let first = isNative ? null : (places[0] ?? null);
    const committed = this.#write(writes, true, (given) => {
      first = given === 0 ? null : given;
    });
    // What was refused has its place all the same: a job that cannot be saved runs without a record.
    const sequence = first ?? records.map(() => this.nextSequence())[0] ?? unplaced;
    return { sequence, committed };
  }

  nextSequence(): number {
    return this.#sequences.nextSequence();
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    return this.#write(writes, false);
  }

  beforeSending(callback: () => void): void {
    // The native queue sends nothing: whoever takes from it takes what is there.
    if (this.#options.native === undefined) this.#outbox.beforeSending(callback);
    else setImmediate(callback);
  }

  async propertiesAfter(plugin: string, after: string | null): Promise<readonly Property[]> {
    const thread = this.#thread;
    if (thread === null || this.#closing !== null) throw storeFailed("the store is not open");
    thread.ref();
    const read = await this.#questions.ask((number) =>
      this.#tell(thread, { kind: "properties", number, plugin, after }),
    );
    if (read === null) throw storeFailed("the properties could not be read");
    return read;
  }

  setProperty(plugin: string, name: string, value: Uint8Array | null): Promise<void> {
    return this.#write([{ kind: "property", property: { plugin, name, value } }], false);
  }

  /** As Backups.backUp, but for the files of outputs: it only names them. */
  async backUp(): Promise<DatabaseCopy> {
    if (this.#copying !== null) throw new JobEngineError("BUSY", "another backup is being made");
    const thread = this.#thread;
    if (thread === null || this.#closing !== null) throw storeFailed("the store is not open");
    const file = copyFile(this.#path);
    const { promise, resolve: copied } = Promise.withResolvers<Copied>();
    this.#copying = copied;
    thread.ref();
    this.#tell(thread, { kind: "copy", file });
    const { fault, outputs } = await promise;
    if (fault !== null) throw storeFailed(fault);
    return readCopy(file, outputs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `placed` is called before this returns with the first place, if the queue gives them; 0: it is refused. */
  #write(
    writes: readonly (StoreWrite | PropertyWrite)[],
    adds: boolean,
    placed: (first: number) => void = ignore,
  ): Promise<void> {
    if (this.#closing !== null) {
      return Promise.reject(storeFailed("the store is closed"));
    }
    return new Promise((committed, failed) => {
      const request = this.#writes.add(writes, adds, { committed, failed });
      // Only after a thread that could not open the file: perhaps this one can.
      const thread = this.#thread ?? this.#start(false);
      thread.ref();
      this.#hand(thread, request, placed);
    });
  }

  /** All writes take the same way, so that they are committed in the order they were handed over. */
  #hand(thread: Worker, request: WriteRequest, placed: (first: number) => void): void {
    const { native } = this.#options;
    if (native === undefined) this.#outbox.add(thread, request);
    else if (!request.adds) this.#refuseIf(native.putUpdate(serialize(request)) !== 0, request);
    else {
      const first = native.putNew(serialize(request), request.writes.length);
      placed(first);
      this.#writes.placed(request.number, first);
      this.#refuseIf(first === 0, request);
    }
  }

  /** After all that was handed over before. */
  #tell(thread: Worker, request: StoreRequest): void {
    this.#outbox.flush();
    thread.postMessage(request);
  }

  #refuseIf(isRefused: boolean, { number }: WriteRequest): void {
    const reason = "the store thread has ended; it is being started again";
    if (isRefused) this.#writes.failed(number, storeFailed(reason));
  }

  /** Each thread is told to open first; what is sent meanwhile waits in its port. */
  #start(load: boolean, again: readonly WriteRequest[] = []): Worker {
    this.#stopReopening();
    const thread = this.#booted ?? this.#spawn();
    this.#booted = null;
    this.#thread = thread;
    this.#tell(thread, { kind: "open", load, remove: this.#writes.beginRemoving(), again });
    return thread;
  }

  #spawn(): Worker {
    this.#mark = new CommitMark();
    this.#fault = null;
    const start = this.#options.startThread ?? startWorker;
    const thread = start(threadFile, {
      path: this.#path,
      durability: this.#options.durability,
      mark: this.#mark.buffer,
      nativeCore: this.#options.native?.number ?? null,
    });
    thread.on("message", (answer: StoreAnswer) => this.#hear(thread, answer));
    thread.on("error", (error) => {
      this.#fault = error.message;
    });
    thread.once("exit", (code) => this.#mourn(code));
    return thread;
  }

  #hear(thread: Worker, answer: StoreAnswer): void {
    switch (answer.kind) {
      case "read":
        this.#read(answer.rows);
        break;
      case "opened":
        this.#isOpened = true;
        this.#wasEverOpened = true;
        this.#writes.removed();
        this.#sequences.startSequence(answer.highestSequence + 1);
        this.#settle();
        break;
      case "unopened":
        this.#fault = answer.detail;
        this.#opening?.refused(new JobEngineError(answer.code, answer.detail));
        this.#opening = null;
        break;
      case "committed":
        this.#transactions += 1;
        this.#writes.committed(answer.first, answer.last);
        break;
      case "copied":
        this.#copied(answer);
        break;
      case "properties":
        this.#questions.answered(answer.number, answer.properties);
        break;
      case "failed":
        this.#writes.failed(answer.number, storeFailed(answer.detail));
        break;
    }
    // A store that nobody waits for keeps no process alive.
    if (this.#isIdle()) thread.unref();
  }

  #read(rows: readonly (readonly unknown[])[]): void {
    const opening = this.#opening;
    if (opening === null || opening.fault !== null) return;
    try {
      for (const row of rows) opening.records.push(toRecord(row));
    } catch (cause) {
      const detail = `${this.#path}: ${cause instanceof Error ? cause.message : String(cause)}`;
      opening.fault = new JobEngineError("STORE_UNREADABLE", detail, { cause });
    }
  }

  #settle(): void {
    const opening = this.#opening;
    this.#opening = null;
    if (opening === null) return;
    const { records, fault, opened, refused } = opening;
    if (fault === null) opened(records);
    else void this.close().then(() => refused(fault));
  }

  #copied(copied: Copied): void {
    this.#copying?.(copied);
    this.#copying = null;
  }

  #isIdle(): boolean {
    const isAsked = this.#opening !== null || this.#copying !== null || this.#closing !== null;
    return this.#writes.isEmpty && this.#questions.isEmpty && !isAsked;
  }

  /** The thread has ended: as told, or because it died. All it has posted has been heard. */
  #mourn(code: number): void {
    const wasOpened = this.#isOpened;
    const reason = `the store thread ended: ${this.#fault ?? `exit code ${code}`}`;
    this.#thread = null;
    this.#booted = null;
    this.#isOpened = false;
    this.#opening?.refused(new JobEngineError("STORE_UNREADABLE", reason));
    this.#opening = null;
    this.#copied({ fault: reason, outputs: [] });
    this.#questions.died();
    this.#outbox.clear();
    const again = this.#writes.afterDeath(wasOpened ? this.#mark : null, reason);
    // Also with nothing to write again: the file stays locked as long as the store is open.
    if (again.length > 0 || (wasOpened && this.#closing === null)) {
      this.#start(false, again);
    } else if (this.#wasEverOpened && this.#closing === null) {
      // Native threads submit without asking here: somebody must try for them.
      this.#reopening = setTimeout(() => this.#start(false), reopenAfterMs).unref();
    }
  }

  #stopReopening(): void {
    if (this.#reopening !== null) clearTimeout(this.#reopening);
    this.#reopening = null;
  }

  /** A thread that dies meanwhile may be followed by one that writes again what is in doubt. */
  async #end(): Promise<void> {
    this.#stopReopening();
    const thread = this.#thread ?? this.#booted;
    if (thread === null) return;
    const ended = new Promise((resolveEnded) => thread.once("exit", resolveEnded));
    thread.ref();
    this.#tell(thread, { kind: "close" });
    await ended;
    await this.#end();
  }
}

interface Opening {
  readonly records: JobRecord[];
  /** The first row that is not understood. */
  fault: JobEngineError | null;
  readonly opened: (records: readonly JobRecord[]) => void;
  readonly refused: (error: JobEngineError) => void;
}

/** Without the flags of this process: some (--input-type) would keep a worker from starting. */
function startWorker(file: URL, workerData: StoreThreadData): Worker {
  return new Worker(file, { workerData, execArgv: [], name: "baton-store" });
}

function ignore(): void {}

const storeFailed = (detail: string): JobEngineError => new JobEngineError("STORE_FAILED", detail);
