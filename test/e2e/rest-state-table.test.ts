import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StepResult } from "../../src/index.ts";
import { JobInState, type End, type Shown, type StateName } from "./support/job-in-state.ts";

type Call = "pause" | "cancel" | "resume" | "resubmit" | "delete";

interface Cell {
  readonly status: 200 | 400 | 404;
  /** Right after the answer; null: it goes on at once. */
  readonly state: StateName | "gone" | "Running, to pause" | "Running, to cancel" | null;
  /** How its step ends, the one that runs or the next one; null: none is to begin. */
  readonly step: StepResult | null;
  readonly end: End;
  /** What the job saw of it all, from the submit on. */
  readonly calls: string;
}

const { success, continue: goOn } = StepResult;

/** The call was answered with 200 and the job then is in `state`. */
const ok = (
  state: Cell["state"],
  end: End,
  calls: string,
  step: StepResult | null = null,
): Cell => ({ status: 200, state, step, end, calls });

/** Nothing has changed: what waits goes on waiting, what runs goes on to its success. */
const no = (status: 400 | 404, state: StateName, calls: string): Cell => {
  const goesOn = state === "Pending" || state === "Running" || state === "Retry";
  return goesOn
    ? { status, state, step: success, end: "Success", calls: `${calls}step, stop success` }
    : { status, state, step: null, end: state, calls };
};

/** The table of docs/job-lifecycle.md, with what follows. */
const table: Readonly<Record<StateName, Readonly<Record<Call, Cell>>>> = {
  Pending: {
    pause: ok("Paused", "Paused", ""),
    cancel: ok("Failure", "canceled", "stop canceled"),
    resume: no(400, "Pending", ""),
    resubmit: no(400, "Pending", ""),
    delete: no(404, "Pending", ""),
  },
  Running: {
    pause: ok("Running, to pause", "Paused", "step, stop paused", goOn),
    cancel: ok("Running, to cancel", "canceled", "step, stop canceled", goOn),
    resume: no(400, "Running", ""),
    resubmit: no(400, "Running", ""),
    delete: no(404, "Running", ""),
  },
  Paused: {
    pause: ok("Paused", "Paused", "step, stop paused"),
    cancel: ok("Failure", "canceled", "step, stop paused, stop canceled"),
    resume: ok(null, "Success", "step, stop paused, step, stop success", success),
    resubmit: no(400, "Paused", "step, stop paused"),
    delete: no(404, "Paused", "step, stop paused"),
  },
  Retry: {
    pause: ok("Paused", "Paused", "step, stop retry"),
    cancel: ok("Failure", "canceled", "step, stop retry, stop canceled"),
    resume: no(400, "Retry", "step, stop retry, "),
    resubmit: no(400, "Retry", "step, stop retry, "),
    delete: no(404, "Retry", "step, stop retry, "),
  },
  Success: {
    pause: ok("Success", "Success", "step, stop success"),
    cancel: ok("Success", "Success", "step, stop success"),
    resume: no(400, "Success", "step, stop success"),
    resubmit: no(400, "Success", "step, stop success"),
    delete: ok("gone", "gone", "step, stop success"),
  },
  Failure: {
    pause: ok("Failure", "Failure", "step, stop failure"),
    cancel: ok("Failure", "Failure", "step, stop failure"),
    resume: no(400, "Failure", "step, stop failure"),
    resubmit: ok(null, "Success", "step, stop failure, reset, step, stop success", success),
    delete: ok("gone", "gone", "step, stop failure"),
  },
};

const calls: readonly Call[] = ["pause", "cancel", "resume", "resubmit", "delete"];

describe("over REST, on a host that saves its jobs", { concurrency: 4, timeout: 180_000 }, () => {
  for (const [state, row] of Object.entries(table)) {
    for (const call of calls) {
      const cell = row[call];
      it(`${call} in ${state} answers ${cell.status}; the job ends as ${cell.end}`, async () => {
        await using job = await JobInState.open(state as StateName);
        const answer = await job.call(call);
        assert.equal(answer.status, cell.status);
        if (cell.status === 200) assert.equal(answer.text, call === "delete" ? "" : "{}");
        else assertRefusal(answer, job.id);
        assertShown(await job.show(), cell.state);
        await job.letGo(cell.step, cell.end);
        assert.equal(job.calls.join(", "), cell.calls);
      });
    }
  }

  for (const call of calls) {
    const status = call === "delete" ? 404 : 400;
    it(`${call} of a job that does not exist answers ${status}`, async () => {
      await using job = await JobInState.open("Success");
      const unknown = "01234567-89ab-cdef-0123-456789abcdef";
      const answer = await job.call(call, unknown);
      assert.equal(answer.status, status);
      assertRefusal(answer, unknown);
      assert.equal((await job.show()).State, "Success");
    });
  }
});

describe("over REST, a running job", { concurrency: 3, timeout: 60_000 }, () => {
  it("goes on when its pause is taken back before its step returns", async () => {
    await using job = await JobInState.open("Running");
    assert.equal((await job.call("pause")).status, 200);
    assert.equal((await job.call("resume")).status, 200);
    assert.equal((await job.show()).Requested, undefined);
    await job.letGo(success, "Success");
    assert.deepEqual(job.calls, ["step", "stop success"]);
  });

  for (const order of [
    ["pause", "cancel"],
    ["cancel", "pause"],
  ] as const) {
    it(`ends as canceled after ${order.join(" and ")}`, async () => {
      await using job = await JobInState.open("Running");
      for (const call of order) assert.equal((await job.call(call)).status, 200);
      assert.equal((await job.show()).Requested, "cancel");
      await job.letGo(goOn, "canceled");
    });
  }

  it("ends as what its step says, whatever was asked", async () => {
    await using job = await JobInState.open("Running");
    for (const call of ["pause", "cancel"] as const) await job.call(call);
    await job.letGo(success, "Success");
    assert.deepEqual(job.calls, ["step", "stop success"]);
  });
});

function assertShown({ State, Requested }: Shown, state: Cell["state"]): void {
  const shown = Requested === undefined ? State : `${State}, to ${Requested}`;
  if (state === null) assert.ok(shown === "Pending" || shown === "Running", shown);
  else assert.equal(shown, state);
}

/** Orthanc's body of an error: it says why, and of which request. */
function assertRefusal(
  answer: { readonly status: number; readonly text: string },
  id: string,
): void {
  const body = JSON.parse(answer.text) as Readonly<Record<string, unknown>>;
  assert.equal(body["HttpStatus"], answer.status);
  assert.match(String(body["Uri"]), new RegExp(`^/jobs/${id}`));
  assert.notEqual(String(body["Details"]), "");
}
