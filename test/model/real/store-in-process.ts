import { EventEmitter } from "node:events";
import type { Worker } from "node:worker_threads";
import { CommitMark } from "../../../src/adapters/stores/sqlite/commit-mark.ts";
import { Database } from "../../../src/adapters/stores/sqlite/database.ts";
import { loadSqlite } from "../../../src/adapters/stores/sqlite/load-sqlite.ts";
import type {
  StoreRequest,
  StoreThreadData,
} from "../../../src/adapters/stores/sqlite/messages.ts";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { StoreServer } from "../../../src/adapters/stores/sqlite/store-server.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";

/** SQLite's module, once for all. */
const sqlite = await loadSqlite();

/** A store on this file whose thread is none: a real one takes longer to start than a job's life. */
export function storeInProcess(path: string): SqliteStore {
  return new SqliteStore({
    path,
    durability: "process",
    startThread: (_file, data) => new NoThread(data) as unknown as Worker,
  });
}

/** What the store knows of its thread, on this one; what waits together is one transaction. */
class NoThread extends EventEmitter {
  readonly #server: StoreServer;
  #waiting: StoreRequest[] = [];

  constructor({ path, durability, mark }: StoreThreadData) {
    super();
    this.#server = new StoreServer({
      openDatabase: () => Database.open(sqlite, path, durability),
      copy: () => Promise.reject(new Error("nobody makes copies here")),
      answer: (answer) => void this.emit("message", answer),
      mark: new CommitMark(mark),
      native: null,
      end: () => void this.emit("exit", 0),
    });
  }

  postMessage(request: StoreRequest): void {
    this.#waiting.push(structuredClone(request));
    if (this.#waiting.length === 1) void this.#serve();
  }

  ref(): void {
    // A thread that is none keeps no process alive.
  }

  unref(): void {
    // See ref.
  }

  async #serve(): Promise<void> {
    await systemClock.yield();
    const requests = this.#waiting;
    this.#waiting = [];
    this.#server.serve(requests);
  }
}
