import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Aggregator, Observer } from "../../src/progress.ts";
import { definePlugin, Job, type JobRun, StepResult } from "../../src/sdk.ts";
import { withoutBrowser } from "./support/dashboard/browser.ts";
import { Dashboard } from "./support/dashboard/dashboard.ts";
import { HeldJob } from "./support/dashboard/held-job.ts";

/** Leaves something behind. */
class Report extends Job {
  readonly type = "report";
  async step(run: JobRun): Promise<StepResult> {
    await run.putOutput("report.csv", "text/csv", "a;b\n1;2\n");
    return StepResult.success;
  }
}

/** Has parts, and goes on without those that are canceled. */
class Booklet extends HeldJob {
  constructor() {
    super("booklet");
    const front = this.progress.add(new Aggregator("Front"));
    front.add(new Observer("Page 1", { total: 4 })).report(1);
    front.add(new Observer("Page 2", { total: 4 }));
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
    const id = await board.host.submit(new Booklet());
    await board.load(`#job=${id}`);
    const tree = board.panel.locator(".tree");
    const page = tree.locator("ul").getByTitle("Page 1", { exact: true });
    await page.waitFor();
    const bar = tree.getByRole("progressbar", { name: "Page 1" });
    assert.equal(await bar.getAttribute("aria-valuenow"), "25");
    await tree.getByRole("button", { name: "Cancel Page 1" }).click();
    await tree.getByText("Page 1 canceling").waitFor();
    assert.equal(board.host.jobProgress(id).parts[0]?.parts[0]?.state, "canceling");
    assert.equal(board.host.jobProgress(id).parts[0]?.parts[1]?.state, "running");
    assert.equal(board.host.jobInfo(id).state, "running");
    await tree.getByRole("button", { name: "Parts of Front" }).click();
    await page.waitFor({ state: "detached" });
  });
});

describe("the plugins of a host", { skip: withoutBrowser }, () => {
  it("are listed with what runs them and where", async () => {
    const plugin = definePlugin({
      name: "printer",
      version: "2.5.0",
      start: (host) => host.registerJob("booklet", () => new Booklet()),
    });
    await using board = await Dashboard.open({ plugins: [plugin] });
    await board.load();
    await board.page.getByRole("button", { name: "Plugins 1" }).click();
    const text = (await board.panel.innerText()).replaceAll(/\s+/g, " ");
    assert.match(text, /printer 2\.5\.0 Runner javascript .* Isolation none .* Job types booklet/);
  });
});
