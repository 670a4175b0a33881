/** A store thread that dies at a chosen moment of its first commit; see mortalThread. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { CommitMark } from "../../../src/adapters/stores/sqlite/commit-mark.ts";
import { Database } from "../../../src/adapters/stores/sqlite/database.ts";
import { loadSqlite } from "../../../src/adapters/stores/sqlite/load-sqlite.ts";
import type {
  StoreAnswer,
  StoreRequest,
  StoreThreadData,
} from "../../../src/adapters/stores/sqlite/messages.ts";
import { StoreServer } from "../../../src/adapters/stores/sqlite/store-server.ts";

export type Moment = "before the commit begins" | "before COMMIT" | "after COMMIT";

class FatalMark extends CommitMark {
  readonly #moment: Moment;

  constructor(buffer: SharedArrayBuffer, moment: Moment) {
    super(buffer);
    this.#moment = moment;
  }

  override set(first: number, last: number): void {
    if (this.#moment === "before the commit begins") process.exit(3);
    super.set(first, last);
    if (this.#moment === "before COMMIT") process.exit(3);
  }
}

if (parentPort !== null) {
  await run(parentPort, workerData as StoreThreadData & { readonly moment: Moment });
}

async function run(
  port: MessagePort,
  { moment, ...data }: StoreThreadData & { readonly moment: Moment },
): Promise<void> {
  const sqlite = await loadSqlite();
  const server = new StoreServer({
    native: null,
    copy: () => Promise.reject(new Error("this thread makes no copies")),
    openDatabase: () => Database.open(sqlite, data.path, data.durability),
    answer: (answer: StoreAnswer) => {
      if (answer.kind === "committed") process.exit(3);
      port.postMessage(answer);
    },
    mark: new FatalMark(data.mark, moment),
    end: () => port.close(),
  });
  port.on("message", (request: StoreRequest) => server.serve([request]));
}
