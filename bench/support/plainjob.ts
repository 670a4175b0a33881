// plainjob on a connection of Node.js's own SQLite, the one that our store uses too.
import { DatabaseSync } from "node:sqlite";
import type * as Module from "plainjob";

export interface Plainjob extends Disposable {
  readonly module: typeof Module;
  readonly queue: Module.Queue;
}

/** Opens a queue on a new database; null: plainjob is not installed. */
export async function openPlainjob(
  path: string,
  synchronous: "FULL" | "NORMAL",
): Promise<Plainjob | null> {
  const module = await import("plainjob").catch(() => null);
  if (module === null) return null;
  const database = new DatabaseSync(path);
  const queue = module.defineQueue({ connection: connectionOf(database, path), logger: silent });
  // It has set NORMAL itself.
  database.exec(`PRAGMA synchronous = ${synchronous}`);
  return { module, queue, [Symbol.dispose]: () => queue.close() };
}

/** What plainjob asks of a connection, as better-sqlite3 does it. */
function connectionOf(database: DatabaseSync, filename: string): Module.Connection {
  return {
    driver: "better-sqlite3",
    filename,
    pragma: (text) => database.exec(`PRAGMA ${text}`),
    exec: (text) => database.exec(text),
    prepare: (text) => database.prepare(text) as ReturnType<Module.Connection["prepare"]>,
    transaction: (work) => transaction(database, work) as never,
    close: () => database.close(),
  };
}

type Work = (...parameters: never[]) => unknown;

/** A function that works in a transaction, with `immediate`, which takes the lock at once. */
function transaction(database: DatabaseSync, work: Work): Work & { readonly immediate: Work } {
  const within =
    (begin: string): Work =>
    (...parameters) => {
      database.exec(begin);
      try {
        const result = work(...parameters);
        database.exec("COMMIT");
        return result;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    };
  return Object.assign(within("BEGIN"), { immediate: within("BEGIN IMMEDIATE") });
}

const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore };

function ignore(): void {}
