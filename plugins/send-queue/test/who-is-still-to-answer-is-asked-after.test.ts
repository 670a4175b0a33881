import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { commandField } from "../src/dicom/command.ts";
import type { Outcome } from "../src/queue/item.ts";
import { QueueFile } from "../src/queue/queue-file.ts";
import { madeInstance } from "./support/made-instance.ts";
import { enterInto, queueInMemory } from "./support/queue-in-memory.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

/** Transient, by the provider: it is busy. */
const busy = { result: 2, source: 3, reason: 1 } as const;

describe("a peer in trouble that is still to answer for what it has", () => {
  it("is asked after, though nothing waits to be sent, and answers when it is there", async () => {
    await using peer = await ReceivingPeer.listen();
    let associations = 0;
    peer.admit = () => {
      associations += 1;
      return peer.rejection;
    };
    // It is away before anybody can ask it to answer.
    peer.answer = ({ field }) => {
      if (field === commandField.store) peer.rejection = busy;
      return 0;
    };
    await using queue = await ServedQueue.open(
      { pacs: peer.port },
      { Defaults: { StorageCommitment: true } },
    );
    const { state } = await queue.host.waitJob(await queue.send("pacs", [madeInstance()]));
    assert.equal(state, "succeeded");
    const [status] = await queue.call("POST", "/modalities/pacs/echo");
    assert.equal(status, 500);
    const before = associations;
    // One that was on its way is none of these.
    await until("it is asked after", () => associations > before + 2);
    peer.rejection = null;
    const isAsked = (): boolean =>
      peer.received.some(({ message }) => message.field === commandField.action);
    await until("it is asked to answer", isAsked);
  });

  it("is awaited until it was asked, and that is found by indexes", (test) => {
    const database = new DatabaseSync(":memory:");
    const file = queueInMemory(test, database);
    const { reader, commitments } = file;
    const enter = (id: string): void => void enterInto(file, id, [id]);
    const settle = (request: string, outcome: Outcome): void => {
      for (const { id } of file.claim(request, 2, 1)) file.settle(id, outcome, 2);
    };
    const seen: boolean[] = [reader.isAwaited("pacs")];
    const steps = [
      () => enter("a"),
      () => settle("a", { kind: "sent", warning: null }),
      () => enter("b"),
      () => settle("b", { kind: "sent", warning: null, isToCommit: true }),
      () => commitments.ask({ destination: "pacs", transaction: "t" }, 9, 3),
      () => commitments.forget("t"),
    ];
    for (const step of steps) {
      step();
      seen.push(reader.isAwaited("pacs"));
      assert.equal(reader.isAwaited("vna"), false);
    }
    assert.deepEqual(seen, [false, true, false, true, true, false, true]);
    const prepare = test.mock.method(DatabaseSync.prototype, "prepare");
    assert.equal(new QueueFile(database).reader.isAwaited("pacs"), true);
    const sql = String(prepare.mock.calls.at(-1)?.arguments[0]);
    assert.deepEqual(searchesOf(database, sql), [
      "SEARCH items USING COVERING INDEX items_by_state (state=? AND destination=?)",
      "SEARCH items USING INDEX items_to_commit (destination=?)",
    ]);
  });

  it("is asked about what it was not asked about, not looked for in all that was sent", (test) => {
    const database = new DatabaseSync(":memory:");
    const { commitments } = new QueueFile(database);
    test.after(() => database.close());
    const prepare = test.mock.method(database, "prepare");
    assert.deepEqual(commitments.ask({ destination: "pacs", transaction: "t" }, 9, 1), []);
    const sql = String(prepare.mock.calls[0]?.arguments[0]);
    assert.equal(
      searchesOf(database, sql)[0],
      "SEARCH items USING INDEX items_to_commit (destination=?)",
    );
  });
});

const searchesOf = (database: DatabaseSync, sql: string): readonly string[] =>
  database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail))
    .filter((detail) => detail.includes("items"));
