import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StepResult } from "../../src/index.ts";
import { withoutBrowser } from "./support/dashboard/browser.ts";
import { Dashboard } from "./support/dashboard/dashboard.ts";
import { HeldJob } from "./support/dashboard/held-job.ts";

const refused = StepResult.failure("NO_PAPER", "The tray is empty");

describe("the dashboard acts on jobs", { skip: withoutBrowser }, () => {
  it("by mouse: pauses, resumes, cancels and tries again from the panel", async () => {
    await using board = await Dashboard.open();
    await board.load();
    const id = await board.host.submit(new HeldJob("print"));
    await board.until(id, "Running");
    await board.row(id).click();
    const press = (name: string): Promise<void> =>
      board.panel.getByRole("button", { name, exact: true }).click();

    await press("Pause");
    await board.until(id, "Paused");
    assert.equal(await board.panel.getByRole("button", { name: "Pause", exact: true }).count(), 0);
    await board.row(id).getByRole("button", { name: "Resume" }).click();
    await board.until(id, "Running");
    await press("Cancel");
    await board.until(id, "Canceled");
    await press("Retry");
    await board.until(id, "Running");
    assert.equal(board.host.jobInfo(id).state, "running");
  });

  it("by keyboard alone: finds a job, opens it, pauses, resumes, cancels and tries again", async () => {
    await using board = await Dashboard.open();
    await board.load();
    const id = await board.host.submit(new HeldJob("print"));
    await board.until(id, "Running");
    const { keyboard } = board.page;

    await keyboard.press("/");
    await keyboard.type("print");
    await keyboard.press("Escape");
    await keyboard.press("ArrowDown");
    await keyboard.press("ArrowDown");
    assert.equal(await board.grid.getAttribute("aria-activedescendant"), `job-${id}`);
    await keyboard.press("p");
    await board.until(id, "Paused");
    await keyboard.press("p");
    await board.until(id, "Running");
    await keyboard.press("c");
    await board.until(id, "Canceled");
    await keyboard.press("r");
    await board.until(id, "Running");

    await keyboard.press("Enter");
    await board.panel.getByRole("heading", { name: "print" }).waitFor();
    await keyboard.press("Escape");
    await board.panel.waitFor({ state: "detached" });
    const role = await board.page.evaluate('document.activeElement?.getAttribute("role")');
    assert.equal(role, "treegrid", "the focus is not on the table");
  });

  it("changes the priority of a job that waits, and deletes one that has finished", async () => {
    await using board = await Dashboard.open({ concurrentJobs: 1 });
    const [first, second] = [new HeldJob("print"), new HeldJob("copy")];
    const id = await board.host.submit(first);
    const waiting = await board.host.submit(second);
    await board.load(`#job=${waiting}`);
    const priority = board.panel.getByRole("spinbutton", { name: "Priority" });
    await priority.fill("42");
    await priority.press("Enter");
    await board.page.getByText(/^Priority 42: copy/).waitFor();
    assert.equal(board.host.jobInfo(waiting).priority, 42);

    first.end(StepResult.success);
    await board.until(id, "Success");
    await board.row(id).click();
    await board.panel.getByRole("button", { name: "Delete" }).click();
    await board.panel.getByRole("button", { name: "Really delete" }).click();
    await board.row(id).waitFor({ state: "detached" });
    assert.ok(!board.host.jobIds().includes(id));
  });

  it("tells what the host refuses, in its words", async () => {
    await using board = await Dashboard.open();
    await board.load();
    const job = new HeldJob("print");
    const id = await board.host.submit(job);
    await board.until(id, "Running");
    await board.row(id).click();
    await board.page.route("**/pause", (route) =>
      route.fulfill({ status: 400, json: { Details: "a stone cannot pause" } }),
    );
    await board.panel.getByRole("button", { name: "Pause" }).click();
    await board.page.getByRole("status").getByText("a stone cannot pause").waitFor();
    // The browser says so of every answer that is an error.
    assert.equal(board.complaints.splice(0).length, 1);
  });

  for (const how of ["mouse", "keyboard"] as const) {
    it(`by ${how}: tries many failures again, but not what was canceled`, async () => {
      await using board = await Dashboard.open({ concurrentJobs: 1 });
      const jobs = Array.from({ length: 5 }, () => new HeldJob("print"));
      for (const job of jobs) job.end(refused);
      const ids = await Promise.all(jobs.map((job) => board.host.submit(job)));
      for (const id of ids) await board.reached(id, "failed");
      const canceled = await board.host.submit(new HeldJob("copy"));
      await board.host.cancelJob(canceled);
      await board.reached(canceled, "failed");
      await board.load();

      const open = board.page.getByRole("button", { name: /^Retry failed/ });
      const sure = board.page.getByRole("button", { name: "Retry 5 jobs" });
      if (how === "mouse") {
        await open.click();
        await sure.click();
      } else {
        await open.focus();
        await board.page.keyboard.press("Enter");
        await sure.focus();
        await board.page.keyboard.press("Enter");
      }
      await board.page.getByText("5 jobs submitted again.").waitFor();
      await board.grid.getByText("Running", { exact: true }).last().waitFor();
      assert.equal(board.host.jobs().filter(({ state }) => state === "pending").length, 4);
      assert.equal(board.host.jobInfo(canceled).state, "failed");
    });
  }
});
