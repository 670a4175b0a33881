import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cheapHash } from "../http/doors/guarded-app.ts";
import { withoutBrowser } from "./support/dashboard/browser.ts";
import { Dashboard } from "./support/dashboard/dashboard.ts";
import { HeldJob } from "./support/dashboard/held-job.ts";

describe("the dashboard of a host that asks who one is", { skip: withoutBrowser }, () => {
  it("shows the jobs to a user, who may only do what is allowed", async () => {
    const users = { ada: { password: await cheapHash("countess"), scopes: ["read" as const] } };
    const httpCredentials = { username: "ada", password: "countess" };
    await using board = await Dashboard.open({ http: { port: 0, users } }, { httpCredentials });
    const id = await board.host.submit(new HeldJob("print"));
    await board.load(`#job=${id}`);
    await board.until(id, "Running");
    await board.panel.getByRole("button", { name: "Pause" }).click();
    await board.page.getByRole("status").getByText('This needs the scope "operate"').waitFor();
    assert.equal(board.host.jobInfo(id).requested, "nothing");
    // The browser says so of every answer that is an error.
    assert.match(board.complaints.splice(0).join(), /403/);
  });

  it("is not shown to anybody else", async () => {
    const users = { ada: { password: await cheapHash("countess"), scopes: ["read" as const] } };
    await using board = await Dashboard.open({ http: { port: 0, users } });
    const page = await fetch(`${board.host.url}/`);
    assert.equal(page.status, 401);
    assert.match(page.headers.get("www-authenticate") ?? "", /^Basic /);
  });

  it("says so, and stops asking, when a user is not let in any more", async () => {
    await using board = await Dashboard.open();
    await board.load();
    const refuse = { status: 401, json: { Details: "This host asks who you are." } };
    await board.page.route(/\/(events|jobs\?.*)$/, (route) => route.fulfill(refuse));
    board.relay.cut();
    board.relay.mend();
    await board.page.getByRole("status").getByText("The host does not let you in").waitFor();
    const asked = board.complaints.length;
    await board.page.waitForTimeout(2_000);
    assert.equal(board.complaints.length, asked);
    await board.page.unroute(/\/(events|jobs\?.*)$/);
    await board.page.getByRole("button", { name: "Try now" }).click();
    await board.page.getByText("Live", { exact: true }).waitFor();
    board.complaints.splice(0);
  });
});
