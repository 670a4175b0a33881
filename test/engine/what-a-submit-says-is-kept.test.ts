import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryStore } from "../../src/adapters/stores/memory-store.ts";
import type { NewJobRecord } from "../../src/core/job-record.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void describe("the key, the start and the user data of a submit", () => {
  void it("are shown with the job", async () => {
    await using engine = await openTestEngine();
    const userData = { ticket: [1, "two", null] };
    const now = engine.clock.now();
    const { id } = await engine.run({}, { key: "modality:PACS1", startAfterMs: 0.5, userData });
    userData.ticket = [];
    const { key, startAt, userData: shown } = engine.info(id);
    assert.deepEqual([key, startAt], ["modality:PACS1", Math.ceil(now + 0.5)]);
    assert.deepEqual(shown, { ticket: [1, "two", null] });
  });

  void it("are null when nothing was said", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({}, { startAfterMs: 0, userData: null });
    const { key, startAt, userData } = engine.info(id);
    assert.deepEqual([key, startAt, userData], [null, null, null]);
  });

  void it("are in the record from the first write on", async () => {
    const added: NewJobRecord[] = [];
    const store = new (class extends MemoryStore {
      override add(record: NewJobRecord): ReturnType<MemoryStore["add"]> {
        added.push(record);
        return super.add(record);
      }
    })();
    await using engine = await openTestEngine({ store });
    await engine.run({}, { key: "k", userData: "text" });
    const [record] = added;
    assert.deepEqual([record?.key, record?.startAt, record?.userData], ["k", null, '"text"']);
  });
});
