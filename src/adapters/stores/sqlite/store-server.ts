import { type ErrorCode, errorCodes, JobEngineError } from "../../../core/errors.ts";
import type { JobId } from "../../../core/job-id.ts";
import type { CommitMark } from "./commit-mark.ts";
import type { Database } from "./database.ts";
import { messageOf, whyNotWritten } from "./faults.ts";
import type { NativeQueue } from "./native-queue.ts";
import type {
  OpenRequest,
  PropertiesRequest,
  RowWrite,
  StoreAnswer,
  StoreRequest,
  WriteRequest,
} from "./messages.ts";

/** Rows are sent in batches, so that neither side holds a whole history twice. */
const rowsPerAnswer = 500;

/** So much of a plugin's properties is sent at once; one more may be above. */
const propertyBytes = 4_194_304;

export interface StoreServerOptions {
  /** @throws {JobEngineError} STORE_UNREADABLE, STORE_TOO_NEW */
  readonly openDatabase: () => Database;
  /**
   * Answers the files of the outputs that the copy names. Rejects if there is no copy; soon, when
   * `isGivenUp` has become true.
   */
  readonly copy: (
    database: Database,
    file: string,
    isGivenUp: () => boolean,
  ) => Promise<readonly string[]>;
  readonly answer: (answer: StoreAnswer) => void;
  readonly mark: CommitMark;
  /** The native core, whose threads wait for what has a ticket; null: there is none. */
  readonly native: NativeQueue | null;
  /** Called once, when there is nothing left to do. */
  readonly end: () => void;
}

/**
 * What the store thread does, without the thread: all writes that wait together are one
 * transaction, answered when its COMMIT has returned. If the thread dies between COMMIT and answer,
 * the mark says which requests may be in the file.
 */
export class StoreServer {
  readonly #options: StoreServerOptions;
  #database: Database | null = null;
  /** New jobs that were refused, with the number of their request; see #mustNotBePut. */
  readonly #refused = new Map<JobId, number>();
  /** The copy that is being made. */
  #copying: Promise<void> | null = null;
  #isClosing = false;

  constructor(options: StoreServerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#database !== null;
  }

  /** Takes all requests that wait, in order. */
  serve(requests: readonly StoreRequest[]): void {
    let group: WriteRequest[] = [];
    for (const request of requests) {
      if (request.kind === "write" || request.kind === "writes") {
        group.push(...(request.kind === "write" ? [request] : request.requests));
        continue;
      }
      this.#commit(group);
      group = [];
      if (request.kind === "open") this.#open(request);
      else if (request.kind === "copy") this.#copy(request.file);
      else if (request.kind === "properties") this.#read(request);
      else this.#close();
    }
    this.#commit(group);
  }

  #read({ number, plugin, after }: PropertiesRequest): void {
    const { answer } = this.#options;
    try {
      const read = this.#database?.propertiesAfter(plugin, after, propertyBytes) ?? null;
      answer({ kind: "properties", number, properties: read });
    } catch {
      answer({ kind: "properties", number, properties: null });
    }
  }

  #copy(file: string): void {
    // Without a database the thread is ending; whoever sent this hears so.
    if (this.#database === null) return;
    const copy = this.#options.copy(this.#database, file, () => this.#isClosing);
    this.#copying = copy.then(
      (outputs) => this.#copied(null, outputs),
      (error: unknown) => this.#copied(whyNotWritten(error), []),
    );
  }

  #copied(fault: string | null, outputs: readonly string[]): void {
    this.#copying = null;
    this.#options.answer({ kind: "copied", fault, outputs });
    if (this.#isClosing) this.#close();
  }

  #open({ load, remove, again }: OpenRequest): void {
    try {
      const database = this.#options.openDatabase();
      this.#database = database;
      this.#remove(database, [...remove, ...(this.#options.native?.idsToRemove ?? [])]);
      this.#openProperties(database);
      if (load) this.#send(database);
      this.#commit(again);
      this.#options.native?.opened();
      this.#options.answer({ kind: "opened", highestSequence: database.highestSequence() });
    } catch (error) {
      this.#options.answer({ kind: "unopened", ...refusalOf(error) });
      this.#close();
    }
  }

  #remove(database: Database, ids: readonly JobId[]): void {
    if (ids.length === 0) return;
    database.begin();
    for (const id of ids) database.delete(id);
    database.commit();
  }

  #openProperties(database: Database): void {
    const { native } = this.#options;
    if (native === null) return;
    const toRestore = native.propertiesToRestore;
    if (toRestore.length > 0) database.begin();
    for (const property of toRestore) database.setProperty(property);
    if (toRestore.length > 0) database.commit();
    for (const property of database.properties()) native.loadProperty(property);
  }

  #send(database: Database): void {
    let rows: (readonly unknown[])[] = [];
    for (const row of database.rows()) {
      rows.push(row);
      if (rows.length < rowsPerAnswer) continue;
      this.#options.answer({ kind: "read", rows });
      rows = [];
    }
    this.#options.answer({ kind: "read", rows });
  }

  /** While a copy is made its thread reads the database: that is given up first. */
  #close(): void {
    this.#isClosing = true;
    if (this.#copying !== null) return;
    this.#database?.close();
    this.#database = null;
    this.#options.end();
  }

  #commit(group: readonly WriteRequest[]): void {
    const [first] = group;
    // Without a database the thread is ending; whoever sent this hears so.
    if (this.#database === null || first === undefined) return;
    const failure = this.#attempt(this.#database, group);
    if (failure === null) {
      this.#answer(group);
    } else if (group.length > 1) {
      // Nobody is refused for a neighbour's fault.
      for (const request of group) this.#commit([request]);
    } else {
      this.#refuse(first, failure);
    }
  }

  /** Native threads first: they are waiting. */
  #answer(group: readonly WriteRequest[]): void {
    for (const { ticket } of group) {
      if (ticket !== undefined) this.#options.native?.committed(ticket);
    }
    const [first, last] = numbersOf(group);
    if (first > 0) this.#options.answer({ kind: "committed", first, last });
  }

  /** One transaction, whole or not at all; what went wrong, or null. */
  #attempt(database: Database, group: readonly WriteRequest[]): string | null {
    try {
      database.begin();
      for (const request of group) {
        for (const write of request.writes) this.#apply(database, write, request);
      }
      const [first, last] = numbersOf(group);
      if (first > 0) this.#options.mark.set(first, last);
      database.commit();
      return null;
    } catch (error) {
      database.rollback();
      return whyNotWritten(error);
    }
  }

  #apply(database: Database, write: RowWrite, request: WriteRequest): void {
    if (write.kind === "property") {
      database.setProperty(write.property);
    } else if (write.kind === "delete") {
      database.delete(write.id);
    } else if (write.kind === "invalid") {
      throw new Error(write.fault);
    } else if (this.#mustNotBePut(write.id, request.heard)) {
      throw new Error("this job could not be stored when it was new");
    } else {
      put(database, write);
    }
  }

  #refuse(request: WriteRequest, detail: string): void {
    if (request.adds) {
      for (const write of request.writes) {
        if (write.kind !== "property") this.#refused.set(write.id, request.number);
      }
    }
    if (request.ticket !== undefined) this.#options.native?.refused(request.ticket);
    const { number } = request;
    if (number > 0) this.#options.answer({ kind: "failed", number, detail });
  }

  /**
   * A put that was sent before its sender could hear that the job was refused would bring the job
   * into the store after all.
   */
  #mustNotBePut(id: JobId, heard: number): boolean {
    for (const [refused, number] of this.#refused) {
      if (number <= heard) this.#refused.delete(refused);
    }
    return this.#refused.has(id);
  }
}

/** The lowest and the highest number of those that JavaScript waits for; 0: there is none. */
function numbersOf(group: readonly WriteRequest[]): readonly [first: number, last: number] {
  const numbers = group.map(({ number }) => number).filter((number) => number > 0);
  return [numbers[0] ?? 0, numbers.at(-1) ?? 0];
}

function put(
  database: Database,
  write: Exclude<RowWrite, { kind: "delete" | "invalid" | "property" }>,
): void {
  switch (write.kind) {
    case "put":
      return database.put(write.row);
    case "put-state":
      return database.putState(write.id, write.row);
    case "checkpoint":
      return database.checkpoint(write.id, write.run);
  }
}

/** The code and the words of an error, without the first words that its code stands for. */
function refusalOf(error: unknown): { readonly code: ErrorCode; readonly detail: string } {
  if (!(error instanceof JobEngineError)) {
    return { code: "STORE_UNREADABLE", detail: messageOf(error) };
  }
  return { code: error.code, detail: error.message.replace(`${errorCodes[error.code]}: `, "") };
}
