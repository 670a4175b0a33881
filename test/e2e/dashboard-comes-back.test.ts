import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StepResult } from "../../src/index.ts";
import { withoutBrowser } from "./support/dashboard/browser.ts";
import { Dashboard } from "./support/dashboard/dashboard.ts";
import { HeldJob } from "./support/dashboard/held-job.ts";

describe("a dashboard whose connection is lost", { skip: withoutBrowser }, () => {
  it("says so, comes back by itself, and knows what happened meanwhile", async () => {
    await using board = await Dashboard.open({ historySize: 0 });
    await board.load();
    const [ending, staying] = [new HeldJob("ending"), new HeldJob("staying")];
    const [first, second] = [await board.host.submit(ending), await board.host.submit(staying)];
    await board.until(first, "Running");
    await board.until(second, "Running");

    board.relay.cut();
    await board.page.getByRole("status").getByText("Connection lost").waitFor();
    await board.page.getByRole("button", { name: "Try now" }).waitFor();
    ending.end(StepResult.success);
    await board.host.pauseJob(second);
    await board.reached(second, "paused");
    const third = await board.host.submit(new HeldJob("new"));
    assert.equal(await board.row(first).locator(".state").innerText(), "Running");

    board.relay.mend();
    await board.page.getByText("Live", { exact: true }).waitFor();
    await board.until(second, "Paused");
    await board.until(third, "Running");
    await board.row(first).waitFor({ state: "detached" });
    forgetFailedLoads(board);
  });

  it("tries at once when it is told to", async () => {
    await using board = await Dashboard.open();
    await board.load();
    board.relay.cut();
    const now = board.page.getByRole("button", { name: "Try now" });
    await now.waitFor();
    board.relay.mend();
    await now.click();
    await board.page.getByText("Live", { exact: true }).waitFor();
    forgetFailedLoads(board);
  });
});

/** The browser itself complains of a connection that it cannot have. */
function forgetFailedLoads(board: Dashboard): void {
  const others = board.complaints.filter((text) => !/net::ERR_|Failed to load/.test(text));
  board.complaints.splice(0, Infinity, ...others);
}
