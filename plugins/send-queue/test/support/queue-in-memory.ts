import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import type { Entered, Entry } from "../../src/queue/item.ts";
import { QueueFile } from "../../src/queue/queue-file.ts";
import { filesOf, queuedInstance } from "./queued-instance.ts";

/** The file of a queue, in memory; closed after the test if it is open still. `database`: one that the test looks into. */
export function queueInMemory(
  test: Pick<TestContext, "after">,
  database: DatabaseSync = new DatabaseSync(":memory:"),
): QueueFile {
  const file = new QueueFile(database);
  test.after(() => {
    if (database.isOpen) file.close();
  });
  return file;
}

/** Takes instances in that have these hashes, and a request for them, which waits for "pacs". */
export function enterInto(
  file: QueueFile,
  id: string,
  hashes: readonly string[],
  { destination = "pacs", now = 1, ...more }: Partial<Entry> & { destination?: string } = {},
): Entered {
  const instances = hashes.map((hash) => queuedInstance(hash));
  for (const instance of instances) file.entering.keep(instance, now);
  const request = { id, destination, priority: 0, isPermissive: false };
  return file.entering.enter({
    request,
    policy: "always",
    meant: filesOf(instances),
    now,
    ...more,
  });
}
