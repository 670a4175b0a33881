import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StepResult } from "../../src/index.ts";
import { withoutBrowser } from "./support/dashboard/browser.ts";
import { Dashboard } from "./support/dashboard/dashboard.ts";
import { HeldJob } from "./support/dashboard/held-job.ts";

describe("the dashboard, without being loaded again", { skip: withoutBrowser }, () => {
  it("shows a job as it is submitted, runs, moves on and ends", async () => {
    await using board = await Dashboard.open();
    await board.load();
    await board.page.getByText("No jobs yet").waitFor();

    const job = new HeldJob("send-study");
    const id = await board.host.submit(job, { key: "modality:north", priority: 7 });
    await board.until(id, "Running");
    const row = board.row(id);
    assert.match(await row.innerText(), /send-study\s+\w{8}\s+modality:north\s+7/);

    job.getsTo(3, 4);
    await row.getByText("75 %").waitFor();
    job.end(StepResult.success);
    await board.until(id, "Success");
    await board.page.getByRole("button", { name: /^1 Success/ }).waitFor();
    await board.page.getByRole("button", { name: /^0 Running/ }).waitFor();
  });

  it("has running, pending and inactive jobs in groups, in this order", async () => {
    await using board = await Dashboard.open({ concurrentJobs: 1 });
    await board.load();
    const failing = new HeldJob("first");
    const failed = await board.host.submit(failing);
    await board.reached(failed, "running");
    failing.end(StepResult.failure("NO_PAPER", "The tray is empty"));
    await board.until(failed, "Failed");
    const running = await board.host.submit(new HeldJob("second"));
    const pending = await board.host.submit(new HeldJob("third"));
    await board.until(running, "Running");
    await board.until(pending, "Pending");

    await board.page.locator("#group-inactive").waitFor();
    const rows = board.grid.locator(".body [role=row]");
    const heads = (await rows.allInnerTexts()).map((text) => text.split(/\s+/)[0]);
    assert.deepEqual(heads, ["Running", "Running", "Pending", "Pending", "Inactive", "Failed"]);
    await board.row(failed).getByText("NO_PAPER: The tray is empty").waitFor();
  });

  it("takes away what the host has forgotten", async () => {
    await using board = await Dashboard.open({ historySize: 0 });
    await board.load();
    const job = new HeldJob("short");
    const id = await board.host.submit(job);
    await board.until(id, "Running");
    job.end(StepResult.success);
    await board.row(id).waitFor({ state: "detached" });
    await board.page.getByText("No jobs yet").waitFor();
  });
});
