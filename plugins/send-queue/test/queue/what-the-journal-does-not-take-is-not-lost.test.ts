import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { AcknowledgementJournal } from "../../src/queue/acknowledgement-journal.ts";
import { recordCount, type Acknowledgement } from "../../src/queue/acknowledgement-record.ts";
import { Acknowledgements, type Lost } from "../../src/queue/acknowledgements.ts";
import type { Settlement } from "../../src/queue/item.ts";
import { QueueFile } from "../../src/queue/queue-file.ts";
import { QueueFailed, type Queue } from "../../src/queue/queue.ts";
import { replay } from "../../src/queue/replay.ts";
import { Settlements } from "../../src/queue/settlements.ts";

const acknowledgement = (id: number): Acknowledgement => ({ id, isToCommit: false, now: 1 });
const full = new QueueFailed("database or disk is full", { isFull: true });

describe("what the journal does not take is not lost", () => {
  let path = "";
  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), "send-queue-")), "journal");
    await writeFile(path, "");
  });
  afterEach(() => rm(join(path, ".."), { recursive: true }));

  const open = (at = path): AcknowledgementJournal => {
    const journal = AcknowledgementJournal.open(at, 1);
    assert.ok(journal !== null);
    return journal;
  };

  it("a place is written again when the database has what stood in it, and not before", () => {
    const journal = open();
    for (let id = 1; id <= recordCount; id += 1) journal.append(acknowledgement(id));
    assert.equal(journal.append(acknowledgement(9_999)), null);
    journal.free(2);
    assert.equal(journal.append(acknowledgement(1)), recordCount + 1);
    assert.equal(journal.append(acknowledgement(2)), recordCount + 2);
    assert.equal(journal.append(acknowledgement(3)), null);
    journal.close();
  });

  it("whoever acknowledges is told, and settles it in another way", async () => {
    assert.equal(AcknowledgementJournal.open(join(path, "nowhere"), 1), null);
    const acknowledgements = new Acknowledgements(async () => {});
    assert.equal(
      acknowledgements.add(acknowledgement(1), () => {}),
      false,
      "there is none",
    );
    acknowledgements.journal = open("/dev/full");
    assert.equal(
      acknowledgements.add(acknowledgement(1), () => {}),
      false,
      "its disk is full",
    );
    acknowledgements.close();
  });

  it("what the database does not take waits, and is written under the same number when it does", async () => {
    const journal = open();
    let isFull = true;
    const written: { readonly id: number; readonly number?: number }[] = [];
    const take = async (some: readonly { readonly id: number }[]): Promise<void> => {
      if (isFull) throw full;
      written.push(...some);
    };
    const acknowledgements = new Acknowledgements(take);
    acknowledgements.journal = journal;
    const queue = {
      acknowledge: (given: Acknowledgement, lost: Lost) => acknowledgements.add(given, lost),
      call: (_name: string, given: Settlement) => take([given]),
    } as unknown as Queue;
    const settlements = new Settlements(queue, 10);
    for (const id of [5, 6, 7]) await settlements.settle(id, { kind: "sent", warning: null }, 1);
    assert.equal(settlements.waiting, 0);
    acknowledgements.flush();
    while (settlements.waiting < 3) await delay(1);
    isFull = false;
    while (settlements.waiting > 0) await delay(1);
    const numbers = written.map(({ id, number }) => [id, number]);
    assert.deepEqual(numbers, [
      [5, 1],
      [6, 2],
      [7, 3],
    ]);
    acknowledgements.close();
  });

  it("what a queue that was closed does not hear stands in the journal: nobody writes it elsewhere", async () => {
    const over = new QueueFailed("The queue is closed.", { isOver: true });
    const lost: Settlement[] = [];
    const acknowledgements = new Acknowledgements(() => Promise.reject(over));
    acknowledgements.journal = open();
    acknowledgements.add(acknowledgement(1), (settlement) => lost.push(settlement));
    acknowledgements.flush();
    await delay(1);
    assert.deepEqual(lost, []);
    acknowledgements.close();
  });

  it("a disk that is full at the start leaves no journal to be taken for a later one", () => {
    const file = new QueueFile(new DatabaseSync(":memory:"));
    assert.notEqual(replay(file, path), null);
    file.commit = (): void => {
      throw full;
    };
    assert.equal(replay(file, path), null);
    assert.equal(existsSync(path), false);
    file.close();
  });
});
