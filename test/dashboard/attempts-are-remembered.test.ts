import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Attempts } from "../../src/dashboard/live/attempts.ts";
import type { JobObject } from "../../src/http/orthanc.ts";
import { wireJob } from "./jobs-on-the-wire.ts";

const ended = (attempt: number, code: string): JobObject =>
  wireJob({
    State: "Retry",
    Attempts: attempt,
    BatonError: { Attempt: attempt, Code: code, Message: "" },
  });

const told = (attempts: Attempts): string =>
  attempts
    .of(wireJob().ID)
    .map(({ number, code }) => `${number} ${code}`)
    .join(", ");

describe("how the attempts of a job ended", () => {
  it("is remembered, each once", () => {
    const attempts = new Attempts();
    for (const job of [ended(1, "A"), ended(1, "A"), ended(2, "B"), ended(3, "A")])
      attempts.hear(job);
    assert.equal(told(attempts), "1 A, 2 B, 3 A");
  });

  it("is what the host tells of all of them, also of those before the page looked", () => {
    const attempts = new Attempts();
    const Failures = [1, 2, 3].map((Attempt) => ({
      Attempt,
      Code: `C${Attempt}`,
      Message: "",
      Time: `20261122T15000${Attempt}.000000`,
    }));
    attempts.hear({ ...ended(3, "C3"), Failures });
    attempts.hear({ ...ended(3, "C3"), Failures });
    assert.equal(told(attempts), "1 C1, 2 C2, 3 C3");
    assert.equal(attempts.of(wireJob().ID)[2]?.heardAt, "20261122T150003.000000");
  });

  it("begins anew when the job is submitted again, whether that was heard or not", () => {
    const attempts = new Attempts();
    attempts.hear(ended(1, "A"));
    attempts.hear(wireJob({ State: "Pending" }));
    assert.equal(told(attempts), "");
    attempts.hear(ended(2, "B"));
    attempts.hear(ended(1, "C"));
    assert.equal(told(attempts), "1 C");
  });

  it("is forgotten with the job", () => {
    const attempts = new Attempts();
    attempts.hear(ended(1, "A"));
    attempts.forget(wireJob().ID);
    assert.equal(told(attempts), "");
  });
});
