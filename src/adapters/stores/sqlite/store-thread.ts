/**
 * The entry of the store thread: a worker that owns the database and runs nobody else's code. It
 * ends when it is told to close; if it dies, SQLite rolls back what was not committed.
 */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from "node:worker_threads";
import { CommitMark } from "./commit-mark.ts";
import { sweepCopies } from "./copy.ts";
import { Database, outputsNamedIn } from "./database.ts";
import { NativeQueue } from "./native-queue.ts";
import { loadSqlite } from "./load-sqlite.ts";
import type { StoreRequest, StoreThreadData } from "./messages.ts";
import { StoreServer } from "./store-server.ts";

/** About so many requests share a transaction at most: the first of them waits for the last. */
const groupSize = 1_024;

if (parentPort === null) throw new Error("store-thread is the entry of a worker");
await run(parentPort, workerData as StoreThreadData);

async function run(port: MessagePort, data: StoreThreadData): Promise<void> {
  const sqlite = await loadSqlite();
  const queue = data.nativeCore === null ? null : new NativeQueue(data.nativeCore, () => serve());
  const server = new StoreServer({
    openDatabase: () => {
      const database = Database.open(sqlite, data.path, data.durability);
      sweepCopies(data.path);
      return database;
    },
    copy: async (database, file, isGivenUp) => {
      await database.copy(sqlite, file, isGivenUp);
      return outputsNamedIn(sqlite, file);
    },
    answer: (answer) => port.postMessage(answer),
    mark: new CommitMark(data.mark),
    native: queue,
    end: () => {
      queue?.close();
      port.close();
    },
  });
  const serve = (...requests: readonly StoreRequest[]): void => {
    // What was queued before the store was told to close, or asked, is written before.
    const isLater = requests.some(({ kind }) => kind === "close" || kind === "properties");
    server.serve(isLater ? [...(queue?.take() ?? []), ...requests] : requests);
    if (server.isOpen && queue !== null) server.serve(queue.take());
  };
  port.on("message", (first: StoreRequest) => serve(first, ...waiting(port, sizeOf(first))));
}

/** Takes what has arrived meanwhile off the port. `taken`: so many requests are there already. */
function waiting(port: MessagePort, taken: number): StoreRequest[] {
  const requests: StoreRequest[] = [];
  for (let size = taken; size < groupSize;) {
    const next = receiveMessageOnPort(port);
    if (next === undefined) break;
    const request = next.message as StoreRequest;
    requests.push(request);
    size += sizeOf(request);
  }
  return requests;
}

const sizeOf = (request: StoreRequest): number =>
  request.kind === "writes" ? request.requests.length : 1;
