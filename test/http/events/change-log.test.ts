import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { ChangeLog, means } from "../../../src/http/events/change-log.ts";
import { scriptedJob } from "../scripted-host.ts";

/** A client that takes so many changes at a time, and knows which version of a job it was told. */
class Reader {
  readonly known = new Map<string, number>();
  #at = 0;

  /** False: it is too far behind to go on. */
  read(log: ChangeLog, truth: ReadonlyMap<string, number>, most: number): boolean {
    if (!log.reaches(this.#at)) return false;
    const upTo = log.number;
    const slots = log.after(this.#at);
    for (const { number, change } of slots.slice(0, most)) {
      assert.equal(change.number, number);
      if (change.isGone) this.known.delete(change.id);
      else this.known.set(change.id, truth.get(change.id) ?? -1);
    }
    this.#at = slots.length > most ? (slots[most]?.number ?? 0) - 1 : upTo;
    log.told(this.#at);
    return true;
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant("change" as const), job: fc.nat(8) }),
  fc.record({ kind: fc.constant("forget" as const), job: fc.nat(8) }),
  fc.record({ kind: fc.constant("read" as const), reader: fc.nat(2), most: fc.nat(4) }),
);

void describe("the log of changes", () => {
  void it("tells everybody the last version of everything, however much each takes at a time", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const log = new ChangeLog(1_000);
        const truth = new Map<string, number>();
        const readers = [new Reader(), new Reader(), new Reader()];
        let version = 0;
        for (const { kind, ...what } of steps) {
          const id = "job" in what ? `j${what.job}` : "";
          if (kind === "change") {
            truth.set(id, (version += 1));
            log.changed(scriptedJob({ id }), null);
          } else if (kind === "forget") {
            if (truth.delete(id)) log.forgotten(id);
          } else if ("reader" in what) {
            assert.ok(readers[what.reader]?.read(log, truth, what.most + 1));
          }
        }
        for (const reader of readers) {
          for (let reads = 0; reads < 300; reads += 1) reader.read(log, truth, 1);
          assert.deepEqual(reader.known, truth);
        }
      }),
    );
  });

  void it("lets each job have its turn, however often the others change", () => {
    const log = new ChangeLog(10);
    const ids = Array.from({ length: 50 }, (_, n) => `j${n}`);
    const truth = new Map(ids.map((id) => [id, 1] as const));
    const reader = new Reader();
    for (let round = 0; round < 10; round += 1) {
      for (const id of ids) log.changed(scriptedJob({ id }), null);
      reader.read(log, truth, 5);
    }
    assert.equal(reader.known.size, 50);
  });

  void it("keeps no more than what there is, and so many that are gone", () => {
    const log = new ChangeLog(100);
    const start = log.number;
    for (let n = 0; n < 50_000; n += 1) {
      log.changed(scriptedJob({ id: `j${n % 7}` }), "pending");
      log.told(log.number);
    }
    assert.ok(log.reaches(start));
    assert.equal(log.after(start).length, 7);
    for (let n = 0; n < 10_000; n += 1) log.forgotten(`gone-${n}`);
    assert.equal(log.reaches(start), false);
    const kept = log.after(start);
    assert.ok(kept.length <= 207, `${kept.length} are kept`);
    assert.ok(kept.every(means));
    assert.equal(kept.at(-1)?.change.id, "gone-9999");
  });
});
