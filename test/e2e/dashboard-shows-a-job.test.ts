import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Job, type JobRun, StepResult } from "../../src/sdk.ts";
import { withoutBrowser } from "./support/dashboard/browser.ts";
import { Dashboard } from "./support/dashboard/dashboard.ts";
import { HeldJob } from "./support/dashboard/held-job.ts";
import { trees } from "./support/dashboard/stand-in.ts";

/** Leaves something behind. */
class Report extends Job {
  readonly type = "report";
  async step(run: JobRun): Promise<StepResult> {
    await run.putOutput("report.csv", "text/csv", "a;b\n1;2\n");
    return StepResult.success;
  }
}

describe("the panel of a job", { skip: withoutBrowser }, () => {
  it("shows its log as it is written, its content, its user data and its key", async () => {
    await using board = await Dashboard.open();
    const job = new HeldJob("print", { Pages: 12, Paper: { Size: "A4" } });
    const id = await board.host.submit(job, { key: "tray-2", userData: { By: "Ada" } });
    await board.reached(id, "running");
    job.say("warming up");
    await board.load(`#job=${id}`);
    const log = board.panel.getByRole("log");
    await log.getByText("warming up").waitFor();
    job.say("printing page 1");
    await log.getByText("printing page 1").waitFor();
    const text = await board.panel.innerText();
    for (const said of ["Pages", "12", "A4", "Ada", "tray-2", id]) {
      assert.ok(text.includes(said), `${said} is not in it`);
    }
  });

  it("gives the outputs of a job that has succeeded, to be saved", async () => {
    await using board = await Dashboard.open();
    const id = await board.host.submit(new Report());
    await board.reached(id, "succeeded");
    await board.load(`#job=${id}`);
    const saved = board.page.waitForEvent("download");
    await board.panel.getByRole("link", { name: "report.csv" }).click();
    assert.equal((await saved).suggestedFilename(), "report.csv");
    assert.match(await board.panel.innerText(), /text\/csv · 8 B/);
  });

  it("tells why a job failed, and how its attempts ended", async () => {
    await using board = await Dashboard.open();
    await board.load();
    const job = new HeldJob("print");
    const backoff = { firstDelayMs: 300 };
    const id = await board.host.submit(job, { maxAttempts: 2, backoff });
    await board.until(id, "Running");
    job.end(StepResult.failure("NO_PAPER", "Tray 2 is empty", { retryable: true }));
    await board.until(id, "Failed");
    await board.row(id).click();
    await board.panel.getByText("Tray 2 is empty").first().waitFor();
    const attempts = board.panel.locator(".attempts > li");
    assert.match(await attempts.first().innerText(), /^Attempt 2 NO_PAPER/);
    assert.match(await attempts.last().innerText(), /^Attempt 1 /);
  });

  it("shows the parts of the work, nested, and cancels one of them", async () => {
    await using board = await Dashboard.open();
    const id = await board.host.submit(new HeldJob("print"));
    await board.reached(id, "running");
    const part = { done: 1, total: 4, fraction: 0.25, percent: 25, isCancelable: true, parts: [] };
    const page = { ...part, id: "n-3", name: "page 1", state: "running" };
    const side = { ...part, id: "n-2", name: "front side", state: "running", parts: [page] };
    trees.set(id, { ...part, id: "n-1", name: "print", state: "running", parts: [side] });
    await board.load(`#job=${id}`);
    const tree = board.panel.locator(".tree");
    await tree.locator("ul").getByTitle("page 1", { exact: true }).waitFor();
    assert.equal(
      await tree.getByRole("progressbar", { name: "page 1" }).getAttribute("aria-valuenow"),
      "25",
    );
    const asked = board.page.waitForRequest(/cancel$/);
    await tree.getByRole("button", { name: "Cancel page 1" }).click();
    assert.match((await asked).url(), new RegExp(`/jobs/${id}/progress/n-3/cancel$`));
    await tree.getByRole("button", { name: "Parts of front side" }).click();
    assert.equal(await tree.getByTitle("page 1", { exact: true }).count(), 0);
    board.complaints.splice(0);
  });
});
