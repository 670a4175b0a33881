import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withoutBrowser } from "./support/dashboard/browser.ts";
import { Dashboard } from "./support/dashboard/dashboard.ts";
import { ward } from "./support/dashboard/ward.ts";

describe("the dashboard shows a plugin", { skip: withoutBrowser }, () => {
  it("with its own panel, by what it says of each thing", async () => {
    const { plugin } = ward();
    await using board = await Dashboard.open({ plugins: [plugin] });
    await board.load();
    await board.page.getByRole("button", { name: "Ward", exact: true }).click();
    await board.panel.getByRole("heading", { name: "Ward" }).waitFor();
    const bed = board.panel.getByRole("listitem").filter({ hasText: "Window" });
    await bed.getByText("Unmade").waitFor();
    const text = await bed.innerText();
    for (const shown of ["1,200", "2.5 MB", "3.3/s", "–", "<b>Nobody</b> has made it."]) {
      assert.ok(text.includes(shown), `${shown} is not in ${text}`);
    }
    assert.match(text, /in (59 m|1 h)/);
    assert.equal(await bed.getByRole("progressbar").getAttribute("aria-valuenow"), "25");
    await board.panel.getByText("Nobody is here.").waitFor();
    await board.page.reload();
    await board.panel.getByRole("heading", { name: "Ward" }).waitFor();
  });

  it("asks what its buttons ask, when the reader is sure, and shows what came of it", async () => {
    const { plugin, requests } = ward();
    await using board = await Dashboard.open({ plugins: [plugin] });
    await board.load("#panel=/ward/panel");
    const make = board.panel.getByRole("button", { name: "Make" });
    const dialog = board.page.getByRole("dialog", { name: "Make" });
    await make.click();
    await dialog.getByText("With new sheets?").waitFor();
    await dialog.getByRole("button", { name: "Leave it" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.deepEqual(requests, []);
    await make.click();
    await dialog.getByRole("button", { name: "Make" }).click();
    await board.panel.getByText("Made", { exact: true }).waitFor();
    assert.deepEqual(requests, ['make window {"Sheets":2}']);
  });

  it("says that a panel does not answer, and shows it again when it does", async () => {
    const { plugin } = ward();
    await using board = await Dashboard.open({ plugins: [plugin] });
    await board.load("#panel=/ward/panel");
    const call = board.panel.getByRole("button", { name: "Call somebody" });
    await call.click();
    const trouble = board.panel.getByRole("alert");
    await trouble.getByText("The ward is closed.").waitFor();
    // What was known is still there.
    await call.click();
    await trouble.waitFor({ state: "detached" });
    // The browser itself tells of an answer that is a refusal.
    const told = board.complaints.splice(0);
    assert.ok(
      told.every((line) => line.includes("503")),
      told.join("\n"),
    );
  });
});
